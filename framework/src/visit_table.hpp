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

    // Counts one more at virtual time `now`. Returns how many there were in this run.
    std::uint32_t count(virtual_time now) {
      standing = since == now ? standing + 1 : 1;
      since = now;
      return ++total;
    }
    // Whether there have been so many since the clock moved last.
    bool stands(std::uint32_t most, virtual_time now) const {
      return since == now && standing >= most;
    }
  };

  void clear() { counters_.clear(); }

  // Counts one more arrival.
  const counter& count(std::uint64_t key, virtual_time now) {
    counter& c = counters_[key];
    c.count(now);
    return c;
  }
  // Null where there was none, or the table would have to search.
  counter* if_near(std::uint64_t key) { return counters_.if_near(key); }

 private:
  keyed_table<counter> counters_;
};

}  // namespace cofault::detail
