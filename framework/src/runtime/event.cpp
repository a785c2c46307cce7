// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/event.hpp"

namespace cofault::runtime {

void event::set() {
  queue_.check_thread();
  set_ = true;
  while (detail::wait* w = queue_.pop()) w->wake();
}

void event::awaiter::await_suspend(std::coroutine_handle<> coroutine) {
  suspend(coroutine);
  which_.queue_.push(*this);
  deliver_pending();
}

}  // namespace cofault::runtime
