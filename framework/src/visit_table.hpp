// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/clock.hpp"
#include "keyed_table.hpp"

namespace cofault::detail {

// How often a run came by, by key.
class visit_table {
 public:
  struct counter {
    std::uint32_t total = 0;     // in this run
    std::uint32_t standing = 0;  // since the clock moved last
    virtual_time since = 0;
  };

  void clear() { counters_.clear(); }

  // Counts one more arrival at virtual time `now`.
  const counter& count(std::uint64_t key, virtual_time now) {
    counter& c = counters_[key];
    if (c.since != now) c.since = now, c.standing = 0;
    ++c.total, ++c.standing;
    return c;
  }

 private:
  keyed_table<counter> counters_;
};

}  // namespace cofault::detail
