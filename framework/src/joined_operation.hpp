// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/event.hpp"
#include "cofault/family.hpp"
#include "run_state.hpp"

namespace cofault::detail {

// Beside await_flags: library code awaits it for an await of the program. It is an operation that
// the program has made, a side of `socket.async_read_some(…) || timer.async_wait(…)`.
inline constexpr std::uint64_t await_joined = 32;

// An await point of the program: its own, or that of an operation in one of its joins.
inline bool is_await_point(const event& e) {
  return e.kind == event_kind::arrived && (e.value & (await_user | await_joined)) != 0;
}

// The coroutine of the program that waits for the operation, which `by` awaits, a coroutine of a
// library. Null: `by` awaits nothing that the program made, or for nobody.
frame* joiner(run_state& run, const frame& by, const frame& operation);

// The coroutine of the program that a point of the frame is said to be in: itself, or who joins.
std::uint32_t owner_of(std::uint32_t frame, const family& who);

}  // namespace cofault::detail
