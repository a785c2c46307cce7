// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/detail/frame.hpp"
#include "run_state.hpp"

namespace cofault::detail {

// The unstarted coroutine that the object holds, found by its address in it; null if there is none.
// The first of several.
frame* find_unstarted(run_state& run, const void* object, std::size_t size);

// What adopt_awaited() does where there is something to look for.
frame* find_awaited(run_state& run, const frame& by, const void* object, const awaited_type& type);

// Who awaits whom: the unstarted coroutine that the awaited object holds.
inline frame* adopt_awaited(run_state& run, const frame& by, const void* object,
                            const awaited_type& type) {
  if (run.unstarted.first() == nullptr && !type.is_instrumented) return nullptr;
  return find_awaited(run, by, object, type);
}

// Records every further coroutine the awaited object holds.
void record_joined(run_state& run, const frame& by, const void* object, const awaited_type& type,
                   const frame& first);

// Instrumented coroutines that were created while no run was under way.
void remember_outside(frame& f);
void forget_outside(frame& f);

// A coroutine of a run moves on a thread that has no run.
void note_foreign_thread(const frame& f);
// Whether that happened since the last call with the run's number.
bool foreign_thread_seen(std::uint64_t run);

}  // namespace cofault::detail
