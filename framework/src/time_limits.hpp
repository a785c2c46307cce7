// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/event.hpp"
#include "cofault/family.hpp"

namespace cofault::detail {

// Which awaits of a trace are of a timer that limits the time of something else: it is a side of a
// join (`fetch() || timer.async_wait(…)`), or is awaited in one in which nothing else is, beside
// another one in which something is (`fetch() || timeout(5s)`). Such a timer is known for being
// cancelled when the rest is done, and for nothing else.
class time_limits {
 public:
  // `covered`: by index, the awaits of what has awaits of its own.
  time_limits(std::span<const event> trace, const family& who, const reused_vector<bool>& covered);

  // The event with that index is one.
  bool has(std::size_t at) const;

 private:
  bool is_work(std::size_t at) const;
  bool is_side_of_work(std::uint32_t frame) const;

  std::span<const event> trace_;
  const family& who_;
  const reused_vector<bool>& covered_;
  reused_vector<bool> works_;  // by coroutine that is awaited: it awaits no timers only
  reused_vector<std::uint32_t> work_sides_;  // by await: how many of those it waits for
};

}  // namespace cofault::detail
