// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>

#include "cofault/detail/frame.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/event.hpp"

namespace cofault::detail {

class run_state;

// Who destroyed whom in the latest run without faults, before its world was torn down.
class plain_owners {
 public:
  plain_owners();

  // Another coroutine destroyed this one there, has existed in this run, too, and has ended: nobody
  // is left to do so.
  bool have_lost(const run_state& run, const frame& f) const;

 private:
  struct coroutine {
    std::uint32_t function = 0, instance = 0;
    friend bool operator==(const coroutine&, const coroutine&) = default;
  };
  struct destruction {
    coroutine of, by;
  };
  void read(std::span<const event> trace);

  reused_vector<destruction> known_;
};

}  // namespace cofault::detail
