// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>

#include "cofault/family.hpp"
#include "run_state.hpp"

namespace cofault::detail {

// Looks whether the root of a run without a plan, or of one that was faulted, stands still while
// timers tick (docs/how-it-works.md has the criterion). Asked at every jump of the clock.
class standstill {
 public:
  explicit standstill(const run_state& run) : run_(run) {}

  enum class verdict {
    none,       // go on
    ticking,    // it has stood still for so long that only the coroutines that tick could wake it,
                // and they had their chance
    undecided,  // it has stood still for as long as is worth waiting
  };
  verdict look();
  // For how long it has stood still.
  virtual_time lasted() const { return virtual_clock::now() - since_; }

 private:
  void begin_behind(std::uint32_t event);
  bool has_lasted(virtual_time enough) const;
  bool is_costly() const;

  const run_state& run_;
  std::uint32_t first_event_ = 0;  // since the root moved last
  std::uint64_t ticks_ = 0, arrivals_ = 0;
  virtual_time since_ = 0, asked_ = 0;
};

// Whether the coroutine is the root's own, or one that it awaits.
bool in_root(const run_state& run, const family& who, std::uint32_t frame);

// Where in the trace, from this event on, the root moved last.
std::optional<std::uint32_t> root_moved_since(const run_state& run, std::uint32_t first_event);

}  // namespace cofault::detail
