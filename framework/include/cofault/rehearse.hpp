// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <source_location>
#include <utility>

#include "cofault/explore.hpp"
#include "cofault/open_plan.hpp"

namespace cofault {

// What one plan did.
struct rehearsal {
  exploration result;   // its error, findings and failures: nothing else is filled in
  plan done;            // what was run: the plan, or what an open one was completed to
  bool placed = true;   // false: the run does not come to its deviations; of an open plan: to none
  bool decided = true;  // false: a bound stopped it, and so it did not pass
};

namespace detail {

// Makes the next explore() of this thread a rehearsal, for as long as it lives.
class rehearsing {
 public:
  explicit rehearsing(const plan& what);
  rehearsing(const rehearsing&) = delete;
  rehearsing& operator=(const rehearsing&) = delete;
  ~rehearsing();

  // Null: there is none.
  static rehearsing* current();

  const plan& what;
  rehearsal out;

 private:
  rehearsing* before_;
};

}  // namespace detail

// Runs the body without faults and then under the plan, in this process, and judges both. A run
// that is wrong is repeated to be explained; else nothing is printed, kept or looked up. An open
// plan is completed one deviation after the other, and each step is a run that is judged. `body` is
// whatever explore() takes; `how` is not asked for strategies, budgets and baselines.
template <class Body>
rehearsal rehearse(Body body, const plan& what, const options& how = options(),
                   std::source_location caller = std::source_location::current()) {
  detail::rehearsing asked(what);
  asked.out.result = explore(std::move(body), how, caller);
  return std::move(asked.out);
}

}  // namespace cofault
