// SPDX-License-Identifier: BSL-1.0
// Programs that take their process with them.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/gtest.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace deaths {

using namespace cofault;
using support::about;
using support::task;

inline constexpr auto death = "the process survives";

// What swallows the faults is not judged here.
inline options usual() {
  return options().judge(properties::progress()).search(search::exhaustive(1));
}

// Does nothing without a fault, and `end` behind one.
inline task<> guarded(scheduler& s, std::function<void()> end) {
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    end();
  }
}

inline std::string only_death(const exploration& result) {
  const auto deaths = about(result, death);
  EXPECT_EQ(deaths.size(), 1u) << describe(result);
  return deaths.empty() ? describe(result) : deaths[0].explanation;
}

inline exploration explore_guarded(std::function<void()> end, const options& how = usual()) {
  return explore([end](scheduler& s) { return guarded(s, end); }, how);
}

}  // namespace deaths
