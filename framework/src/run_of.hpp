// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/detail/frame.hpp"
#include "run_state.hpp"

namespace cofault::detail {

inline bool belongs_to(const run_state* run, const frame& f) {
  return run != nullptr && f.run == run->number;
}

// The frame is not of the run under way on this thread.
[[gnu::cold]] void note_stranger(const frame& f);

// The run the frame belongs to, if that is the one under way on this thread.
inline run_state* run_of(const frame& f) {
  run_state* const run = run_state::current();
  if (belongs_to(run, f)) return run;
  note_stranger(f);
  return nullptr;
}

}  // namespace cofault::detail
