// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gmock/gmock-more-matchers.h>

#include <ostream>

#include "cofault/explore.hpp"

namespace cofault {

namespace detail {

// Collects GoogleTest's assertions in runs: in a faulted run a failed one is a finding.
bool use_googletest();
inline const bool googletest_is_used = use_googletest();

}  // namespace detail

// EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault()): no finding under any fault at
// any await point, and no failed assertion without one. The message is the report.
MATCHER(SurvivesEveryFault, negation ? "has a finding" : "survives every fault") {
  static_cast<void>(result_listener);
  return arg.clean();
}

// How GoogleTest prints an exploration: describe().
void PrintTo(const exploration& what, std::ostream* out);

}  // namespace cofault
