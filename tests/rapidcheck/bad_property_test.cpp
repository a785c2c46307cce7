// SPDX-License-Identifier: BSL-1.0
// What is wrong with a property is said once, in RapidCheck's words or in one sentence of ours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "output_of.hpp"

namespace {

using support::count;
using support::property_run;
using support::run_property;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string output_of_failing(const std::string& name, const std::string& params = "") {
  const property_run run = run_property(name, "RC_PARAMS='seed=1 " + params + "'");
  EXPECT_FALSE(run.passed) << run.output;
  return run.output;
}

TEST(BadProperty, AGeneratorThatThrows) {
  EXPECT_THAT(output_of_failing("Bad.Generator"), HasSubstr("the generator is broken"));
  EXPECT_THAT(output_of_failing("Bad.GeneratorInACheck"), HasSubstr("the generator is broken"));
}

TEST(BadProperty, WhatIsThrownIsNoException) {
  EXPECT_THAT(output_of_failing("Bad.ThrowsANumber"), HasSubstr("Unknown object thrown"));
  EXPECT_THAT(output_of_failing("Bad.BodyThrowsANumber"),
              HasSubstr("cofault: the run without faults failed, so no fault was tried: its root "
                        "threw int; a body that throws on purpose must catch that itself"));
}

TEST(BadProperty, EverythingIsDiscarded) {
  EXPECT_THAT(output_of_failing("Bad.DiscardsEverything"),
              AllOf(HasSubstr("Gave up after 0 tests"), HasSubstr("RC_PRE(in.size() > 1000)")));
  EXPECT_THAT(output_of_failing("Bad.DiscardsEverythingInTheBody"),
              AllOf(HasSubstr("Gave up after 0 tests"), HasSubstr("RC_PRE(false)")));
}

TEST(BadProperty, APlanThatIsNeverRunIsSaid) {
  const property_run never = run_property("Bad.NeverRunsThePlan");
  EXPECT_EQ(count(never.output,
                  "cofault: Bad.NeverRunsThePlan drew plans and ran no body with them, so no fault "
                  "was injected; call cofault::survives(body, plan)\n"),
            1u)
      << never.output;
  const property_run fine = run_property("Booking.IsFixed");
  EXPECT_THAT(fine.output, Not(HasSubstr("drew plans")));
}

TEST(BadProperty, NothingToFail) {
  EXPECT_THAT(output_of_failing("Bad.ReachesNoAwaitPoint"),
              AllOf(HasSubstr("Gave up after 1 tests"),
                    HasSubstr("cofault: the run has no place for the plan: it reached no await "
                              "point in user code that can take any of the faults")));
}

TEST(BadProperty, OptionsThatMakeNoSense) {
  EXPECT_THAT(output_of_failing("Bad.AsksForNothing"), HasSubstr("cofault: a budget of 0 visits"));
}

TEST(BadProperty, ARunWithinARun) {
  EXPECT_THAT(output_of_failing("Bad.RunsWithinARun"), HasSubstr("it cannot be nested"));
}

TEST(BadProperty, NoCasesAtAll) {
  const std::string none = output_of_failing("Booking.IsFixedInACheck", "max_success=0");
  EXPECT_THAT(none, HasSubstr("cofault: no test case was run; RC_PARAMS asks for max_success=0"));
}

TEST(BadProperty, AReplayThatCannotBeRead) {
  const property_run run = run_property("Booking.IsFixed", "COFAULT_REPLAY=nonsense");
  EXPECT_FALSE(run.passed);
  EXPECT_THAT(run.output, HasSubstr("cofault: "));
}

TEST(BadProperty, AssertionsInTheBodyAreShown) {
  EXPECT_THAT(output_of_failing("Assertion.OfRapidCheck"),
              AllOf(HasSubstr("([0, 0, 0], no fault)"), HasSubstr("RC_ASSERT(in.size() < 3u)"),
                    HasSubstr("3 < 3")));
  const std::string text = output_of_failing("Assertion.OfGoogleTest");
  EXPECT_THAT(text, AllOf(HasSubstr("([0, 0, 0], no fault)"),
                          HasSubstr("Expected: (in.size()) < (3u), actual: 3 vs 3")));
  EXPECT_EQ(count(text, "Expected: (in.size())"), 1u) << text;
}

}  // namespace
