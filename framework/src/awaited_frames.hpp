// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/detail/frame.hpp"
#include "run_state.hpp"

namespace cofault::detail {

// Who awaits whom: the unstarted coroutine that the awaited object holds, found by its address in
// the object; null if there is none. The first of several.
frame* adopt_awaited(run_state& run, const frame& by, const awaited& a);

// Records every further coroutine the awaited object holds.
void record_joined(run_state& run, const frame& by, const awaited& a, const frame& first);

// Instrumented coroutines that were created while no run was under way.
void remember_outside(frame& f);
void forget_outside(frame& f);

// A coroutine of a run moves on a thread that has no run.
void note_foreign_thread(const frame& f);
// Whether that happened since the last call with the run's number.
bool foreign_thread_seen(std::uint64_t run);

}  // namespace cofault::detail
