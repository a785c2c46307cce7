// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include "task.hpp"

namespace consumer {

inline constexpr bool is_instrumented =
    !std::is_same_v<std::coroutine_traits<task>::promise_type, task::promise_type>;
#ifdef CONSUMER_INSTRUMENTED
static_assert(is_instrumented, "this translation unit must be instrumented");
#else
static_assert(!is_instrumented, "this translation unit must be left alone");
#endif

}  // namespace consumer
