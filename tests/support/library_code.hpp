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

}  // namespace support
