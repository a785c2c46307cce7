// SPDX-License-Identifier: BSL-1.0
// A coroutine function of which only the second coroutine comes to its await.
#pragma once

#include <cofault/runtime.hpp>
#include <cofault/tracked.hpp>
#include <cstdint>

COFAULT_USER_CODE(__FILE__);

namespace visits {

inline cofault::runtime::task<> visit(bool waits) {
  if (waits) co_await cofault::runtime::yield();
}

inline cofault::runtime::task<> leaks_at_the_second() {
  co_await visit(false);
  const std::uint32_t lease = cofault::acquired("a lease");
  co_await visit(true);
  cofault::released(lease);
}

}  // namespace visits
