// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <time.h>

#include <cstdint>

namespace cofault::detail {

// Nanoseconds of a clock that is never replaced by the virtual one.
inline std::int64_t real_time() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace cofault::detail
