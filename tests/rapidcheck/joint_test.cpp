// SPDX-License-Identifier: BSL-1.0
// Input, faults and schedule become smaller together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "checking.hpp"
#include "cofault/gtest.hpp"
#include "cofault/runtime.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using runtime::task;
using testing::AllOf;
using testing::HasSubstr;

using amounts = std::vector<int>;

// Once it has seen a large amount it holds the limit while it books, and forgets it when that
// fails.
task<> book(const amounts& all, bool fixed) {
  bool careful = false;
  for (const int amount : all) {
    std::uint64_t held = 0;
    if (careful) held = acquired("the limit");
    try {
      co_await runtime::yield();
    } catch (...) {
      if (fixed && careful) released(held);
      throw;
    }
    if (careful) released(held);
    careful = careful || amount > 50;
  }
}

auto booking(const amounts& all, bool fixed = false) {
  return [&all, fixed] { return book(all, fixed); };
}

const auto amounts_up_to_100 = rc::gen::container<amounts>(rc::gen::inRange(0, 101));

support::checked check_booking(std::uint64_t seed, bool fixed) {
  return support::check(
      [fixed] {
        const auto [in, faults] = *rc::gen::pair(amounts_up_to_100, rc::gen::arbitrary<plan>());
        RC_ASSERT(survives(booking(in, fixed), faults));
      },
      seed);
}

TEST(Joint, TheSmallestInputAndTheSmallestPlan) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto found = check_booking(seed, false);
    ASSERT_FALSE(found.passed()) << "seed " << seed;
    EXPECT_EQ(found.counterexample(), "([51, 0], joint_test.cpp:book+0/1.2=throw:failed)")
        << "seed " << seed;
  }
}

TEST(Joint, TheFailureIsToldOnce) {
  const std::string text = check_booking(1, false).text();
  EXPECT_THAT(text, AllOf(HasSubstr("Falsifiable after "), HasSubstr("([51, 0], ")));
  const auto report = text.find("violated: what is acquired is released");
  ASSERT_NE(report, text.npos) << text;
  EXPECT_EQ(text.find("violated: ", report + 1), text.npos) << text;
  EXPECT_THAT(text.substr(report),
              HasSubstr("COFAULT_REPLAY='joint_test.cpp:book+0/1.2=throw:failed' ./"));
}

// From this case on, neither becomes smaller while the other stays.
TEST(Joint, NeitherAloneGetsThere) {
  const amounts all = {3, 60, 5, 9}, least = {51, 0};
  const plan late = parse_plan("joint_test.cpp:book+0/1.4=throw:failed"),
             early = parse_plan("joint_test.cpp:book+0/1.2=throw:failed");
  EXPECT_FALSE(rehearse(booking(all), late).result.clean());
  EXPECT_TRUE(rehearse(booking(all), early).result.clean());
  EXPECT_THAT(rehearse(booking(least), late).result.error, HasSubstr("was not reached"));
  EXPECT_FALSE(rehearse(booking(least), early).result.clean());
}

TEST(Joint, TheFixedTwinPasses) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto found = check_booking(seed, true);
    EXPECT_TRUE(found.passed()) << "seed " << seed << ": " << found.text();
  }
}

}  // namespace
