// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <coroutine>

#include "cofault/runtime/detail/wait.hpp"

namespace cofault::runtime {

namespace detail {

class sleep_wait : public wait {
 public:
  explicit sleep_wait(std::chrono::nanoseconds d) : wait("a timer"), duration_(d) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> coroutine);
  void await_resume() { finish(); }
  std::string what() const override;

 private:
  std::chrono::nanoseconds duration_;
  virtual_time until_ = 0;
};

struct sleep {
  std::chrono::nanoseconds duration;
  sleep_wait operator co_await() const { return sleep_wait(duration); }
};

template <class Clock, class Duration>
std::chrono::nanoseconds until(const std::chrono::time_point<Clock, Duration>& when) {
  const auto now = Clock::now();
  return when <= now ? std::chrono::nanoseconds(0) : scheduler::fitting(when - now);
}

}  // namespace detail

// co_await sleep_for(d): goes on when d of virtual time has passed; if d is not positive, behind
// what is ready now. A duration that has more nanoseconds than fit, and any above a century, never
// ends. Throws std::invalid_argument if d is not a number.
template <class Rep, class Period>
[[nodiscard]] detail::sleep sleep_for(std::chrono::duration<Rep, Period> d) {
  return {scheduler::fitting(d)};
}

// co_await sleep_until(t), t of std::chrono::steady_clock or system_clock: both show virtual time.
template <class Clock, class Duration>
[[nodiscard]] detail::sleep sleep_until(std::chrono::time_point<Clock, Duration> when) {
  return {detail::until(when)};
}

// co_await yield(): lets everything that is ready run first.
[[nodiscard]] inline detail::sleep yield() { return {std::chrono::nanoseconds(0)}; }

}  // namespace cofault::runtime
