// SPDX-License-Identifier: BSL-1.0
// Coroutines of a library, which are nobody's user code: what they do wrong is not the program's
// affair.
#pragma once

#include <coroutine>

#include "cofault/scheduler.hpp"
#include "task.hpp"

namespace support {

inline task<> library_step(cofault::scheduler& s) { co_await s.yield(); }

inline task<> library_that_drops_one(cofault::scheduler& s) {
  static_cast<void>(library_step(s));
  co_await s.yield();
}

inline task<> library_that_waits_for_ever() { co_await std::suspend_always(); }

}  // namespace support
