// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/event.hpp"
#include "cofault/family.hpp"
#include "cofault/options.hpp"
#include "cofault/plan.hpp"

namespace cofault::detail {

// One arrival at a user await point where a fault is feasible.
struct reached_point {
  point where;
  std::uint32_t site;
  std::uint32_t frame;
  std::uint64_t flags;       // await_flags
  std::uint8_t moments = 0;  // at which a request can come: moment_bit()
  std::uint8_t early = 0;    // see await_point
  bool in_child = false;     // its chain has a cancellation slot of its own
  std::size_t at = 0;        // index of the arrival in the trace
};

// The arrival that the event tells of.
reached_point point_at(const event& arrival, const family& who);

// What injectors are told of it.
await_point description_of(const reached_point& at);

using point_list = reused_vector<reached_point>;

// The arrivals in user code of a run without faults, in order. An await of a coroutine that has
// such arrivals of its own is left out: what can go wrong there goes wrong inside.
point_list points_of(std::span<const event> trace, const family& who);

// Whether any of them has requests, for which moments are looked for.
bool have_requests(const injector_list& injectors);

// All arrivals in user code, with the moments at which the world can be asked for something.
point_list moments_of(std::span<const event> trace, const family& who);

// Every fault the injectors propose for the point.
void propose(const reached_point& at, const injector_list& injectors, std::vector<fault>& out);
// A delay, if any.
void propose_delay(const reached_point& at, const injector_list& injectors,
                   std::vector<fault>& out);
// Every request.
void propose_requests(const reached_point& at, const injector_list& injectors,
                      std::vector<fault>& out);

}  // namespace cofault::detail
