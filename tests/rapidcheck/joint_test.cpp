// SPDX-License-Identifier: BSL-1.0
// Input, faults and schedule become smaller together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "booking.hpp"
#include "checking.hpp"
#include "cofault/fault_free.hpp"
#include "cofault/gtest.hpp"
#include "visits.hpp"

namespace {

using namespace cofault;
using booking::amounts;
using booking::body;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

const auto amounts_up_to_100 = rc::gen::container<amounts>(rc::gen::inRange(0, 101));

support::checked check_booking(std::uint64_t seed, bool fixed) {
  return support::check(
      [fixed] {
        const auto [in, faults] = *rc::gen::pair(amounts_up_to_100, rc::gen::arbitrary<plan>());
        RC_ASSERT(survives(body(in, fixed), faults));
      },
      seed);
}

TEST(Joint, TheSmallestInputAndTheSmallestPlan) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto found = check_booking(seed, false);
    ASSERT_FALSE(found.passed()) << "seed " << seed;
    EXPECT_EQ(found.counterexample(), "([51, 0], booking.hpp:booking::book+0/1.2=throw:failed)")
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
              HasSubstr("COFAULT_REPLAY='booking.hpp:booking::book+0/1.2=throw:failed' ./"));
}

// A plan for the first coroutine has no place, and is done at the second: that is no smaller.
TEST(Joint, APlanThatHasNoPlaceIsNoSmallerOne) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto found = support::check(
        [] { RC_ASSERT(survives(visits::leaks_at_the_second, *rc::gen::arbitrary<plan>())); },
        seed);
    ASSERT_FALSE(found.passed()) << "seed " << seed;
    EXPECT_THAT(found.counterexample(), AnyOf(HasSubstr("visits::visit+0/2.1=throw"),
                                              HasSubstr("visits::leaks_at_the_second+3=throw")));
  }
}

// From this case on, neither becomes smaller while the other stays.
TEST(Joint, NeitherAloneGetsThere) {
  const amounts all = {3, 60, 5, 9}, least = {51, 0};
  const plan late = parse_plan("booking.hpp:booking::book+0/1.4=throw:failed"),
             early = parse_plan("booking.hpp:booking::book+0/1.2=throw:failed");
  EXPECT_FALSE(rehearse(body(all), late).result.clean());
  EXPECT_TRUE(rehearse(body(all), early).result.clean());
  EXPECT_THAT(rehearse(body(least), late).result.error, HasSubstr("was not reached"));
  EXPECT_FALSE(rehearse(body(least), early).result.clean());
}

runtime::task<> deposit_all(amounts all) {
  const auto to = std::make_shared<booking::account>();  // a deposit may outlive the others
  std::vector<runtime::task<>> each;
  for (const int amount : all)
    each.push_back(booking::deposit(to, amount, static_cast<int>(each.size())));
  co_await runtime::gather(std::move(each));
  if (fault_free()) RC_ASSERT(to->balance == std::accumulate(all.begin(), all.end(), 0));
}

TEST(Joint, TheSmallestInputAndTheSmallestSchedule) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto found = support::check(
        [] {
          const auto [in, order] = *rc::gen::pair(amounts_up_to_100, rc::gen::arbitrary<plan>());
          RC_ASSERT(survives([&in = in] { return deposit_all(in); }, order));
        },
        seed, 200, 12);
    ASSERT_FALSE(found.passed()) << "seed " << seed;
    EXPECT_THAT(found.counterexample(), AnyOf("([6, 1], booking.hpp:booking::deposit+0=delay)",
                                              "([6, 1], booking.hpp:booking::deposit+start=delay)"))
        << "seed " << seed;
  }
}

TEST(Joint, TheFixedTwinPasses) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto found = check_booking(seed, true);
    EXPECT_TRUE(found.passed()) << "seed " << seed << ": " << found.text();
  }
}

}  // namespace
