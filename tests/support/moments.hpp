// SPDX-License-Identifier: BSL-1.0
// What the tests about cancellations share: what one finding must say.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "cofault/explore.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/plan.hpp"

namespace support {

// The one finding of the program; an empty one if there are none or several.
inline cofault::finding only_finding(const cofault::exploration& result) {
  EXPECT_EQ(result.findings.size(), 1u) << describe(result);
  return result.findings.size() == 1 ? result.findings[0] : cofault::finding();
}

// Every moment, also those that are left out on Asio because Asio itself fails there. For programs
// that are cancelled by a function of their own.
inline cofault::inject::cancel at_every_moment() {
  using enum cofault::moment;
  return cofault::inject::cancel({start, running, suspended, due, late, resumed, end});
}

// The line that the report blames has that comment.
inline auto blames(const std::string& comment) {
  return testing::ContainsRegex("culprit  [^\n]*// " + comment);
}

// Of all the plans of the exploration `plans` alone go wrong, the smallest of them at that moment;
// blamed is the line that is marked "// guilty".
inline cofault::finding wrong_at(cofault::moment when, const cofault::exploration& result,
                                 std::uint32_t plans = 1) {
  const cofault::finding f = only_finding(result);
  EXPECT_THAT(encode(f.smallest), testing::EndsWith("=cancel:" + std::string(name_of(when))));
  EXPECT_EQ(f.more + 1, plans) << describe(result);
  EXPECT_THAT(f.report, blames("guilty"));
  return f;
}

}  // namespace support
