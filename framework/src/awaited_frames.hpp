// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <span>

#include "cofault/detail/frame.hpp"
#include "run_state.hpp"

namespace cofault::detail {

// The object's memory, or the beginning of a large one's.
std::span<const void* const> words_of(const void* object, std::size_t size);

// The unstarted coroutine that the object holds, found by its address in it; null if there is none.
// The first of several.
frame* find_unstarted(run_state& run, const void* object, std::size_t size);

// What adopt_awaited() does where there is something to look for.
frame* find_awaited(run_state& run, const frame& by, const void* object, const awaited_type& type);

// Whether the object begins with that coroutine's address.
inline bool begins_with(const void* object, const awaited_type& type, const frame& f) {
  const bool has_word =
      type.size >= sizeof(void*) && reinterpret_cast<std::uintptr_t>(object) % alignof(void*) == 0;
  if (!has_word) return false;
  const void* const word = *static_cast<const void* const*>(object);
  return word == f.address || word == f.promise;
}

// Who awaits whom: the unstarted coroutine that the awaited object holds, or else one that has
// started by itself. Mostly that was made last.
inline frame* adopt_awaited(run_state& run, const frame& by, const void* object,
                            const awaited_type& type) {
  frame* const latest = run.unstarted.first();
  if (latest == nullptr && !type.is_instrumented) return nullptr;
  if (latest != nullptr && begins_with(object, type, *latest)) return latest;
  return find_awaited(run, by, object, type);
}

// Records every coroutine that the awaited object holds beside the first one.
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
