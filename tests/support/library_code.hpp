// SPDX-License-Identifier: BSL-1.0
// Coroutines of a library, which are nobody's user code: what they do wrong is not the program's
// affair.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <utility>

#include "cofault/scheduler.hpp"
#include "cofault/tracked.hpp"
#include "task.hpp"

namespace support {

inline task<> library_step(cofault::scheduler& s) { co_await s.yield(); }

inline task<> library_that_drops_one(cofault::scheduler& s) {
  static_cast<void>(library_step(s));
  co_await s.yield();
}

inline task<> library_that_drops_an_error(cofault::scheduler& s) {
  static_cast<void>(std::make_exception_ptr(std::runtime_error("internal")));
  co_await s.yield();
}

// Leaks if the work fails.
inline task<> library_that_leases(task<> work) {
  const std::uint32_t lease = cofault::acquired("a lease of the library");
  co_await std::move(work);
  cofault::released(lease);
}

inline task<> library_that_waits_for_ever() { co_await std::suspend_always(); }

// A lock that is free. To await it cannot fail.
struct library_lock {
  bool is_free = true;
  bool await_ready() noexcept { return is_free; }
  void await_suspend(std::coroutine_handle<>) noexcept {}
  void await_resume() noexcept {}
};
inline task<> library_locks() { co_await library_lock(); }
// Nothing goes wrong here.
inline task<> library_releases() {
  co_await library_locks();
  co_await library_locks();
}
// Nothing but that one fails; what it stands for may.
inline task<int> library_fake() { co_return 7; }
inline task<> library_steps_and_locks(cofault::scheduler& s) {
  co_await library_locks();
  co_await library_step(s);
}
// For I/O: somebody resumes it.
struct library_turn {
  cofault::scheduler& s;
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) noexcept { s.post(h); }
  void await_resume() noexcept {}
};
inline task<> library_takes_a_turn(cofault::scheduler& s) { co_await library_turn{s}; }

}  // namespace support
