// SPDX-License-Identifier: BSL-1.0
// Operations that listen to a stop token, for tasks that have no other way to be cancelled.
#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

#include "cofault/scheduler.hpp"
#include "task.hpp"

namespace support {

struct operation_cancelled : std::exception {
  const char* what() const noexcept override { return "the operation was cancelled"; }
};

// How an operation takes a request that comes while it is under way, and one that came before.
enum class listening {
  posted,          // the coroutine goes on in a later step
  inline_,         // the coroutine goes on within the request itself
  only_under_way,  // a request that came before it was started is not seen: the usual mistake
};

// co_await sleeping(scheduler, token, d): throws operation_cancelled if it is cancelled.
class sleeping {
 public:
  sleeping(cofault::scheduler& s, std::stop_token token, std::chrono::nanoseconds d,
           listening how = listening::posted)
      : scheduler_(s), token_(std::move(token)), duration_(d), how_(how) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    if (token_.stop_requested() && how_ != listening::only_under_way) {
      state_->cancelled = true;
      return false;
    }
    state_->waiting = waiting;
    scheduler_.post_after(duration_, [state = state_] { go_on(*state); });
    // Not with the token where it was stopped before: its callback would run at once.
    if (!token_.stop_requested()) listener_.emplace(token_, on_stop{this});
    return true;
  }
  void await_resume() {
    listener_.reset();
    if (state_->cancelled) throw operation_cancelled();
  }

 private:
  struct state {
    std::coroutine_handle<> waiting;
    bool cancelled = false;
  };
  static void go_on(state& s) {
    if (const auto waiting = std::exchange(s.waiting, nullptr)) waiting.resume();
  }
  struct on_stop {
    sleeping* self;
    void operator()() const {
      const auto state = self->state_;
      if (!state->waiting) return;
      state->cancelled = true;
      if (self->how_ == listening::inline_)
        go_on(*state);
      else
        self->scheduler_.post([state] { go_on(*state); });
    }
  };

  cofault::scheduler& scheduler_;
  std::stop_token token_;
  std::chrono::nanoseconds duration_;
  listening how_;
  std::shared_ptr<state> state_ = std::make_shared<state>();
  std::optional<std::stop_callback<on_stop>> listener_;
};

}  // namespace support
