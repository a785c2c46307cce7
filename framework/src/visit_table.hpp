// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "cofault/clock.hpp"

namespace cofault::detail {

// Counts by key, for one run at a time: clearing costs nothing, so the table can be reused by
// every run without touching the heap again.
class visit_table {
 public:
  struct counter {
    std::uint64_t key = 0;
    std::uint32_t generation = 0;
    std::uint32_t total = 0;     // in this run
    std::uint32_t standing = 0;  // since the clock moved last
    virtual_time since = 0;
  };

  void clear() {
    if (++generation_ == 0) slots_.assign(slots_.size(), {}), generation_ = 1;
    used_ = 0;
  }

  // Counts one more arrival at virtual time `now`.
  const counter& count(std::uint64_t key, virtual_time now) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    counter& c = find(key);
    if (c.generation != generation_) c = {key, generation_, 0, 0, now}, ++used_;
    if (c.since != now) c.since = now, c.standing = 0;
    ++c.total, ++c.standing;
    return c;
  }

 private:
  counter& find(std::uint64_t key) {
    // The upper bits: only they depend on the upper half of the key, which tells coroutines apart.
    std::size_t i = key * 0x9E3779B97F4A7C15u >> (64 - std::countr_zero(slots_.size()));
    while (slots_[i].generation == generation_ && slots_[i].key != key)
      i = (i + 1) & (slots_.size() - 1);
    return slots_[i];
  }
  void grow() {
    std::vector<counter> old(slots_.size() * 2);
    old.swap(slots_);
    for (const counter& c : old)
      if (c.generation == generation_) find(c.key) = c;
  }

  std::vector<counter> slots_ = std::vector<counter>(1024);
  std::size_t used_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace cofault::detail
