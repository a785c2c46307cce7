// SPDX-License-Identifier: BSL-1.0
#pragma once

// The findings of the search itself, beside those of the properties that it asks.
namespace cofault::detail {

inline constexpr const char* survival = "the process survives";
inline constexpr const char* no_termination = "no exception ends in std::terminate";
inline constexpr const char* every_fault_reached = "every planned fault is reached";
inline constexpr const char* every_cancellation_honoured = "every cancellation is honoured";

}  // namespace cofault::detail
