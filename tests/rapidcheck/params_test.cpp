// SPDX-License-Identifier: BSL-1.0
// RapidCheck's own configuration, from outside.
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

const std::string smallest = "([51, 0], booking.hpp:booking::book+0/1.2=throw:failed)";
const std::string replay = "COFAULT_REPLAY='booking.hpp:booking::book+0/1.2=throw:failed'";

// The text between two others, or "".
std::string between(const std::string& text, const std::string& before, const std::string& behind) {
  const auto begin = text.find(before);
  if (begin == text.npos) return "";
  const auto from = begin + before.size();
  return text.substr(from, text.find(behind, from) - from);
}

std::string reproduce_string(const std::string& output) {
  return "RC_PARAMS='" + between(output, "RC_PARAMS=\"", "\"") + "'";
}

TEST(Params, AFailureTellsBothWaysToRepeatIt) {
  const property_run failed = run_property("Booking.Leaks", "RC_PARAMS=seed=1");
  EXPECT_FALSE(failed.passed);
  EXPECT_THAT(failed.output,
              AllOf(HasSubstr(smallest), HasSubstr("RC_PARAMS=\"reproduce="),
                    HasSubstr(replay + " ./rapidcheck_properties --gtest_filter=Booking.Leaks")));
  EXPECT_EQ(count(failed.output, "violated: "), 1u) << failed.output;
  EXPECT_EQ(count(failed.output, ": Failure"), 1u) << failed.output;
}

TEST(Params, ReproduceLeadsToTheSameCase) {
  const property_run failed = run_property("Booking.Leaks", "RC_PARAMS=seed=1");
  const property_run again = run_property("Booking.Leaks", reproduce_string(failed.output));
  EXPECT_FALSE(again.passed);
  EXPECT_THAT(again.output, AllOf(HasSubstr(smallest), HasSubstr(replay)));
  EXPECT_THAT(again.output, HasSubstr("Falsifiable after 1 tests and "));
  const auto report = [](const std::string& s) { return between(s, "violated: ", "replay"); };
  EXPECT_EQ(report(again.output), report(failed.output));
}

TEST(Params, ReproduceAndReplayGoTogether) {
  const property_run failed = run_property("Booking.Leaks", "RC_PARAMS=seed=1");
  const std::string reproduce = reproduce_string(failed.output);
  const property_run same = run_property("Booking.Leaks", reproduce + " " + replay);
  EXPECT_FALSE(same.passed);
  EXPECT_THAT(same.output, AllOf(HasSubstr("[51, 0]"), HasSubstr(replay)));
  const property_run harmless = run_property(
      "Booking.Leaks", reproduce + " COFAULT_REPLAY='booking.hpp:booking::book+0=throw:failed'");
  EXPECT_THAT(harmless.output, HasSubstr("Reproduced result is not a failure"));
}

TEST(Params, APlanThatNoInputLeadsToIsNotPassed) {
  const property_run lost =
      run_property("Booking.IsFixed",
                   "RC_PARAMS='seed=1 max_success=10' "
                   "COFAULT_REPLAY='booking.hpp:booking::book+0/9.9=throw:failed'");
  EXPECT_FALSE(lost.passed);
  EXPECT_THAT(lost.output, AllOf(HasSubstr("Gave up"), HasSubstr("no input leads to the plan")));
}

TEST(Params, APlanThatNoInputLeadsToIsNamedWhateverDiscardsTheLastCase) {
  const std::string plan = "booking.hpp:booking::bock+0=throw:failed";
  const std::string said = "no input leads to the plan '" + plan +
                           "' of COFAULT_REPLAY; did you mean 'booking.hpp:booking::book+0'?";
  for (const auto name : {"Booking.IsFixed", "Bad.DiscardsTheLast"}) {
    const property_run lost = run_property(name, "RC_PARAMS=seed=1 COFAULT_REPLAY='" + plan + "'");
    EXPECT_FALSE(lost.passed);
    EXPECT_EQ(count(lost.output, said), 1u) << lost.output;
  }
  // Where nothing was ever run, no place is known that could be meant.
  const property_run none =
      run_property("Bad.DiscardsEverything", "RC_PARAMS=seed=1 COFAULT_REPLAY='" + plan + "'");
  EXPECT_THAT(none.output, AllOf(HasSubstr("no input leads to the plan '" + plan + "'"),
                                 Not(HasSubstr("did you"))));
}

TEST(Params, APlanThatAnInputLeadsToIsNotCalledUnreached) {
  const property_run fine = run_property("Booking.IsFixed", "RC_PARAMS=seed=1 " + replay);
  EXPECT_THAT(fine.output, Not(HasSubstr("no input leads")));
}

TEST(Params, AReplayedCaseThatTheBodyDiscardsHasNotPassed) {
  const property_run discarded =
      run_property("Bad.DiscardsTheReplay",
                   "RC_PARAMS=seed=1 COFAULT_REPLAY='booking.hpp:booking::book+0=throw:failed'");
  EXPECT_FALSE(discarded.passed) << discarded.output;
  EXPECT_THAT(discarded.output, AllOf(HasSubstr("Gave up"), HasSubstr("RC_PRE(")));
}

TEST(Params, AFailureOfAReplayedPlanShowsThatPlan) {
  for (const auto name : {"Booking.Leaks", "Booking.LeaksInACheck"}) {
    const property_run failed = run_property(name, "RC_PARAMS=seed=1 " + replay);
    EXPECT_FALSE(failed.passed);
    EXPECT_THAT(failed.output,
                AllOf(HasSubstr("replayed: booking.hpp:booking::book+0/1.2=throw:failed"),
                      Not(HasSubstr("no fault"))));
  }
}

TEST(Params, ASeedAlwaysGivesTheSameCases) {
  const property_run once = run_property("Booking.IsFixed", "RC_PARAMS=seed=3");
  const property_run again = run_property("Booking.IsFixed", "RC_PARAMS=seed=3");
  const property_run other = run_property("Booking.IsFixed", "RC_PARAMS=seed=4");
  EXPECT_TRUE(once.passed && again.passed && other.passed);
  const auto cases = [](const std::string& s) { return between(s, "seed=", "[       OK"); };
  EXPECT_EQ(cases(once.output), cases(again.output));
  EXPECT_NE(cases(once.output), cases(other.output));
}

TEST(Params, SoManyCasesAreRun) {
  const property_run run = run_property("Booking.IsFixed", "RC_PARAMS='seed=3 max_success=50'");
  EXPECT_TRUE(run.passed) << run.output;
  EXPECT_THAT(count(run.output, "case "), testing::AllOf(testing::Ge(50u), testing::Lt(100u)));
}

TEST(Params, ACheckObeysThemToo) {
  const property_run failed = run_property("Booking.LeaksInACheck", "RC_PARAMS=seed=1");
  EXPECT_FALSE(failed.passed);
  const std::string in_front = "(booking.hpp:booking::book+0/1.2=throw:failed, [51, 0])";
  EXPECT_THAT(failed.output, AllOf(HasSubstr(in_front), HasSubstr(replay)));
  const property_run again = run_property("Booking.LeaksInACheck", reproduce_string(failed.output));
  EXPECT_FALSE(again.passed);
  EXPECT_THAT(again.output,
              AllOf(HasSubstr(in_front), HasSubstr("Falsifiable after 1 tests and ")));
  const property_run fixed = run_property("Booking.IsFixedInACheck", "RC_PARAMS=max_success=12");
  EXPECT_TRUE(fixed.passed);
  EXPECT_THAT(fixed.output, HasSubstr("OK, passed 12 tests"));
}

}  // namespace
