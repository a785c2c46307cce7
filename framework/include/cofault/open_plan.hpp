// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cofault/plan.hpp"

// An open plan is made where no run is known yet, by a generator of test cases. rehearse()
// completes it in a run: from what can be added to the run without faults, then to the run with
// that, …
namespace cofault {

// So many deviations; which of those that are possible, the number decides.
plan open_plan(std::uint64_t number, std::uint8_t deviations);

// These deviations, as far as they fit. A visit or a coroutine that never comes is replaced by the
// last one of that await point that does; what finds no place is left out. A whole schedule is
// taken as it is.
plan open_plan(const plan& wanted);

bool is_open(const plan& p);

namespace detail {

// Names one more deviation for a plan that has some: `possible` is what trial::next() says of its
// run.
class completion {
 public:
  // `of` is open, and outlives this.
  explicit completion(const plan& of) : of_(of) {}

  bool wants_more() const;
  // False: what it wants next has no place.
  bool choose(std::span<const deviation> possible, deviation& out);

 private:
  const plan& of_;
  std::size_t next_ = 0;
};

}  // namespace detail
}  // namespace cofault
