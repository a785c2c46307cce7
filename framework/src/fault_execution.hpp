// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/detail/frame.hpp"
#include "cofault/detail/runtime_errors.hpp"
#include "run_state.hpp"

namespace cofault::detail {

// Executes what the plan has for the await point `at` reached just now, whose site has that key:
// says how the operation is to go on. `child` is the awaited coroutine, if there is one.
action execute_planned(run_state& run, frame& at, std::uint64_t key, frame* child);

// Requests a cancellation through a cancellation slot of that runtime. False: it has none.
bool cancel_slot(runtime where, void* slot, cancel_strength how);

}  // namespace cofault::detail
