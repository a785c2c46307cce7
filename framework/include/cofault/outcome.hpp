// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "cofault/clock.hpp"
#include "cofault/event.hpp"

namespace cofault {

// How a run ended.
enum class ending : std::uint8_t {
  completed,  // the root's completion handler ran and nothing more could move at that time
  hung,       // nothing can move and the root has not completed
  bounded,    // a bound of the options stopped it, see options
  stopped,    // a fault of the plan stopped the runtime or destroyed the world
};

// What one run left behind: plain data. The trace lies in memory shared with forked children and
// is valid until the next run.
struct outcome {
  ending end = ending::hung;
  bool truncated = false;       // more events than the trace holds; the first are kept
  bool fault_free = true;       // no fault was executed
  std::uint32_t reached = 0;    // how many deviations of the plan were executed
  bool retried = false;         // what a fault had struck was tried again later
  bool keeps_retrying = false;  // it was bounded while it did so for ever, with delays
  std::uint32_t root_completions = 0;
  std::uint32_t exceptions = 0;  // how many were seen
  std::uint64_t arrivals = 0;  // at await points, library code included
  virtual_time duration = 0;
  kind_set kinds = 0;  // which kinds of event occurred
  const event* first = nullptr;
  std::uint32_t count = 0;
  std::uint32_t departed = 0;  // so many are those of the run without faults, if the body is
                               // deterministic: they come before the plan's first deviation

  std::span<const event> trace() const { return {first, count}; }
  bool has(event_kind kind) const { return (kinds & cofault::kinds(kind)) != 0; }
};
static_assert(std::is_trivially_copyable_v<outcome>);

}  // namespace cofault
