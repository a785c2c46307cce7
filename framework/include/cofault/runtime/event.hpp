// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>

#include "cofault/runtime/detail/wait.hpp"

namespace cofault::runtime {

// A flag that coroutines wait for. Who still waits when the event is destroyed waits for ever.
class event {
 public:
  event() = default;
  event(const event&) = delete;
  event& operator=(const event&) = delete;

  bool is_set() const { return set_; }
  // Lets everybody who waits go on, in the order of arrival, also if it is cleared before they do.
  void set();
  void clear() { set_ = false; }

  class awaiter : public detail::wait {
   public:
    explicit awaiter(event& which) : wait("an event"), which_(which) {}
    bool await_ready() const noexcept { return which_.set_; }
    void await_suspend(std::coroutine_handle<> coroutine);
    void await_resume() { finish(); }

   private:
    event& which_;
  };
  struct waiting {
    event& which;
    awaiter operator co_await() const { return awaiter(which); }
  };
  // co_await e.wait(): goes on once the event is set, at once if it is.
  [[nodiscard]] waiting wait() { return {*this}; }

 private:
  bool set_ = false;
  detail::wait_queue queue_;
};

}  // namespace cofault::runtime
