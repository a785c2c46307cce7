// SPDX-License-Identifier: BSL-1.0
// An operation that hands something over and listens to a stop token.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "cancellable.hpp"
#include "cofault/scheduler.hpp"
#include "ticket.hpp"

namespace support {

// co_await entering<when>(scheduler, token): one ticket, in a second.
template <until When>
class entering {
 public:
  entering(cofault::scheduler& s, std::stop_token token)
      : scheduler_(s), token_(std::move(token)) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    state_->interrupted = token_.stop_requested();
    if (state_->interrupted) return false;
    state_->waiting = waiting;
    state_->go_on = [&s = scheduler_, state = std::weak_ptr(state_)] {
      s.post([state] {
        if (const auto mine = state.lock()) resume(*mine);
      });
    };
    scheduler_.post_after(std::chrono::seconds(1), [state = state_] { grant(*state); });
    state_->listener.emplace(token_, [state = state_.get()] { interrupt(*state); });
    return true;
  }
  std::uint32_t await_resume() {
    state_->listener.reset();
    if (state_->interrupted) throw operation_cancelled();
    return state_->number;
  }

 private:
  struct state {
    std::coroutine_handle<> waiting;
    std::function<void()> go_on;
    std::optional<std::stop_callback<std::function<void()>>> listener;
    std::uint32_t number = 0;
    bool interrupted = false;
  };
  static void grant(state& s) {
    if (s.interrupted) return;
    if (When == until::granted) s.listener.reset();
    s.number = cofault::acquired("a ticket");
    s.go_on();
  }
  static void interrupt(state& s) {
    s.interrupted = true;
    if (s.number == 0) s.go_on();
  }
  static void resume(state& s) {
    s.listener.reset();
    std::exchange(s.waiting, nullptr).resume();
  }

  cofault::scheduler& scheduler_;
  std::stop_token token_;
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace support
