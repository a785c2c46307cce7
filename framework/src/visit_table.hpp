// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/detail/frame.hpp"
#include "keyed_table.hpp"

namespace cofault::detail {

// How often the coroutines of a run arrived at each place. The first place of a coroutine, for most
// the only one, is counted in its frame.
class visit_table {
 public:
  void clear() { counters_.clear(); }

  visit_counter& of(frame& f, std::uint32_t site) {
    return is_first(f, site) ? f.at_first_site : counters_[key(f, site)];
  }
  // Null where it is not the coroutine's first place.
  visit_counter* if_first(frame& f, std::uint32_t site) {
    return is_first(f, site) ? &f.at_first_site : nullptr;
  }

 private:
  static bool is_first(frame& f, std::uint32_t site) {
    if (f.first_site == 0) f.first_site = site;
    return f.first_site == site;
  }
  static std::uint64_t key(const frame& f, std::uint32_t site) {
    return (std::uint64_t{f.id} << 32) | site;
  }

  keyed_table<visit_counter> counters_;
};

}  // namespace cofault::detail
