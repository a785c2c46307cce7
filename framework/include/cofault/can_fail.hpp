// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace cofault {

// Whether an operation that is awaited can fail: to what is said to be unable to, no fault is done.
// True of all that is not noexcept; specialise it with false for a type (without const and
// reference) that knows better, before the first coroutine that awaits it.
template <class Awaited>
inline constexpr bool can_fail = true;

}  // namespace cofault
