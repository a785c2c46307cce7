// SPDX-License-Identifier: BSL-1.0
// An operation of one's own that hands something over. Include "net.hpp" first.
#pragma once

#include <chrono>
#include <cofault/tracked.hpp>
#include <cstdint>
#include <utility>

#include "net.hpp"
#include "ticket.hpp"

namespace support {

// One ticket, in a second.
template <until When>
class ticket_office {
 public:
  explicit ticket_office(const net::any_io_executor& executor)
      : opens_(executor, std::chrono::seconds(1)),
        bell_(executor, net::steady_timer::time_point::max()) {}

  template <class Token>
  auto async_enter(Token&& token) {
    return net::async_initiate<Token, void(net::error_code, std::uint32_t)>(
        [this](auto handler) {
          slot_ = net::get_associated_cancellation_slot(handler);
          if (slot_.is_connected()) slot_.assign([this](net::cancellation_type) { interrupt(); });
          opens_.async_wait([this](net::error_code failed) {
            if (!failed) grant();
          });
          bell_.async_wait([this, handler = std::move(handler)](net::error_code) mutable {
            slot_.clear();
            std::move(handler)(failed_, failed_ ? 0 : number_);
          });
        },
        token);
  }

 private:
  void interrupt() {
    failed_ = net::error::operation_aborted;
    opens_.cancel();
    bell_.cancel();
  }
  void grant() {
    if (When == until::granted) slot_.clear();
    number_ = cofault::acquired("a ticket");
    bell_.cancel();
  }

  net::steady_timer opens_, bell_;
  net::cancellation_slot slot_;
  net::error_code failed_;
  std::uint32_t number_ = 0;
};

}  // namespace support
