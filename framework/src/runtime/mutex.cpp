// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/mutex.hpp"

namespace cofault::runtime {

// The first in the queue holds it before it goes on.
void mutex::hand_over() {
  if (detail::wait* next = queue_.pop())
    next->wake();
  else
    locked_ = false;
}

std::optional<mutex::guard> mutex::try_lock() {
  if (!try_take()) return std::nullopt;
  return std::optional<guard>(std::in_place, *this);
}

void mutex::awaiter::await_suspend(std::coroutine_handle<> coroutine) {
  suspend(coroutine);
  which_.queue_.push(*this);
  deliver_pending();
}

mutex::guard mutex::awaiter::await_resume() {
  finish();
  return guard(which_);
}

// It was handed over to a coroutine that is destroyed before it could go on.
mutex::awaiter::~awaiter() {
  if (is_woken()) which_.hand_over();
}

}  // namespace cofault::runtime
