// SPDX-License-Identifier: BSL-1.0
// What is stopped by a function of its own, as servers are, and not through a cancellation slot.
// Include "net.hpp" first.
#pragma once

#include <cofault/cancel.hpp>
#include <cofault/gtest.hpp>
#include <cofault/inject/cancel.hpp>
#include <memory>

#include "net.hpp"

namespace support {

struct service {
  explicit service(const net::any_io_executor& executor) : timer(executor) {}

  void stop() {
    stopping = true;
    timer.cancel();
  }

  bool stopping = false;
  net::steady_timer timer;
};

// Explores the coroutine function, which gets what `Service` is made of; it is stopped by stop().
template <class Service = service>
cofault::exploration stopped(net::awaitable<void> (*program)(std::shared_ptr<Service>),
                             const cofault::options& how) {
  return cofault::explore(
      [program](auto executor) {
        const auto made = std::make_shared<Service>(executor);
        // Who stops it must not keep it: its timer belongs to the world.
        cofault::on_cancel([mine = std::weak_ptr(made)] {
          if (const auto running = mine.lock()) running->stop();
        });
        return program(made);
      },
      how);
}

}  // namespace support
