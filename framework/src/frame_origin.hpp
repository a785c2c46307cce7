// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/detail/frame.hpp"
#include "run_state.hpp"

namespace cofault::detail {

// For the coroutine at the start of a spawned chain: who hears how the chain ends (spawn_handler);
// 0 for every other coroutine.
std::uint64_t completion_handler(const frame& f);

// Records who called the coroutine's function: the return addresses on the stack, innermost first.
// For the explaining run.
void record_origin(run_state& run, const frame& f);

}  // namespace cofault::detail
