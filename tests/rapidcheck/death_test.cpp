// SPDX-License-Identifier: BSL-1.0
// A case that ends the process is named: by its plan, and by what leads to it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "output_of.hpp"

namespace {

using support::count;
using support::property_run;
using support::run_property;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr auto in_a_fault =
    "the process ended in a run with a fault; replay it with "
    "COFAULT_REPLAY='booking.hpp:booking::book[+]0(/1.[0-9]+)?=throw:failed'";

std::string hint(const std::string& params) {
  return "cofault: RapidCheck neither prints nor shrinks the input of a case that ends the "
         "process; "
         "RC_PARAMS='" +
         params + "' comes to it again";
}

TEST(PropertyThatDies, NamesItsPlanAndTheSeed) {
  for (const auto name : {"Dies.ByAnAbort", "Dies.ByAnExit", "Dies.InACheck"}) {
    const property_run run = run_property(name, "RC_PARAMS=seed=7");
    EXPECT_THAT(run.output, AllOf(ContainsRegex(in_a_fault), HasSubstr(hint("seed=7")))) << name;
    EXPECT_EQ(count(run.output, "cofault: "), 2u) << run.output;
  }
}

TEST(PropertyThatDies, ComesToTheSameEndByThatSeed) {
  const property_run once = run_property("Dies.ByAnAbort", "RC_PARAMS=seed=7");
  const property_run again = run_property("Dies.ByAnAbort", "RC_PARAMS=seed=7");
  EXPECT_EQ(once.output, again.output);
}

TEST(PropertyThatDies, WithoutAFaultNamesNoPlan) {
  const property_run run = run_property("Dies.WithoutAFault", "RC_PARAMS=seed=7");
  EXPECT_THAT(run.output, AllOf(HasSubstr("cofault: the process ended in the run without faults\n"),
                                HasSubstr(hint("seed=7")), Not(HasSubstr("COFAULT_REPLAY"))));
}

TEST(PropertyThatDies, IsNoneOfOursOutsideOfARun) {
  const property_run run = run_property("Dies.OutsideOfARun", "RC_PARAMS=seed=7");
  EXPECT_FALSE(run.passed);
  EXPECT_EQ(count(run.output, "cofault: "), 0u) << run.output;
  const property_run fine = run_property("Booking.IsFixed", "RC_PARAMS=seed=7");
  EXPECT_TRUE(fine.passed);
  EXPECT_EQ(count(fine.output, "cofault: "), 0u) << fine.output;
}

}  // namespace
