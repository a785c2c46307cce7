// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <source_location>

namespace cofault::detail {

// What a std::source_location holds: its default argument where the parameter of a promise's
// initial_suspend names the coroutine. With a std::source_location there g++ 12 makes a coroutine
// that dies of an illegal instruction as soon as a co_await stands in a condition of its body.
using location_address = decltype(__builtin_source_location());

inline std::source_location location_at(location_address where) noexcept {
  return std::bit_cast<std::source_location>(where);
}

}  // namespace cofault::detail
