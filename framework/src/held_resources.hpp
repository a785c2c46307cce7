// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/detail/reused_memory.hpp"

namespace cofault::detail {

class run_state;

// Which of the resources that are still there belong to a coroutine that was cut off with the world
// or suspended for good, as far as is known: they are not leaked. Asked once the world is gone and
// who outlived it is recorded.
class held_resources {
 public:
  explicit held_resources(run_state& run);

  // The one with that serial number in the run is.
  bool holds(std::uint32_t serial);

 private:
  bool has_moved_since(std::uint32_t serial) const;
  void destroy_holders();

  run_state& run_;
  reused_vector<bool> cut_off_;  // by coroutine
  bool anybody_ = false;         // was cut off
  bool unseen_ = false;          // … of a type that is not instrumented, too
  bool destroyed_ = false, survived_ = false;
  reused_vector<std::uint32_t> released_;  // by their destruction
};

}  // namespace cofault::detail
