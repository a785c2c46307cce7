// SPDX-License-Identifier: BSL-1.0
#include "cofault/rehearse.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <set>
#include <string>
#include <vector>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/gtest.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

task<> waits(scheduler& s, int times) {
  for (int i = 0; i < times; ++i) co_await s.yield();
}

// Two coroutines of the same function, one behind the other.
auto two(int first, int second) {
  return [=](scheduler& s) -> task<> {
    co_await waits(s, first);
    co_await waits(s, second);
  };
}

// Passes on what it is given; `text` at its await point.
std::string fitted(const std::string& text, int first, int second) {
  const auto r = rehearse(two(first, second), open_plan(parse_plan(text)));
  EXPECT_EQ(describe(r.result), describe(exploration()));
  return encode(r.done);
}

std::string at_waits(const std::string& rest) { return "rehearse_test.cpp:waits+0" + rest; }

TEST(OpenPlan, FitsAVisitThatComes) {
  EXPECT_EQ(fitted(at_waits("/1.2=throw:failed"), 3, 3), at_waits("/1.2=throw:failed"));
  EXPECT_EQ(fitted(at_waits("/2.3=throw:failed"), 3, 3), at_waits("/2.3=throw:failed"));
}

TEST(OpenPlan, TakesTheLastVisitWhereTheVisitDoesNotCome) {
  EXPECT_EQ(fitted(at_waits("/1.9=throw:failed"), 3, 2), at_waits("/1.3=throw:failed"));
  EXPECT_EQ(fitted(at_waits("/2.9=throw:failed"), 3, 2), at_waits("/2.2=throw:failed"));
}

TEST(OpenPlan, TakesTheLastCoroutineWhereTheCoroutineDoesNotCome) {
  EXPECT_EQ(fitted(at_waits("/7.2=throw:failed"), 3, 3), at_waits("/2.2=throw:failed"));
  EXPECT_EQ(fitted(at_waits("/7.2=throw:failed"), 3, 1), at_waits("/1.2=throw:failed"));
}

TEST(OpenPlan, LeavesOutWhatFindsNoPlace) {
  const auto r = rehearse(two(1, 1), open_plan(parse_plan("other.cpp:other+0=throw:failed")));
  EXPECT_TRUE(r.result.clean());
  EXPECT_FALSE(r.placed);
  EXPECT_TRUE(r.done.empty());
  // … and a fault that no injector proposes there.
  EXPECT_EQ(fitted(at_waits("=code:eof"), 1, 1), "");
  EXPECT_EQ(fitted(at_waits("=throw:eof") + ";" + at_waits("=throw:failed*2"), 1, 1),
            at_waits("=throw:failed*2"));
}

TEST(OpenPlan, IsChosenByItsNumber) {
  std::set<std::string> all;
  for (std::uint64_t number = 0; number < 100; ++number) {
    const auto once = rehearse(two(2, 2), open_plan(number, 1));
    const auto again = rehearse(two(2, 2), open_plan(number, 1));
    EXPECT_EQ(once.done, again.done);
    EXPECT_TRUE(once.placed);
    all.insert(encode(once.done));
  }
  EXPECT_THAT(all, ElementsAre(at_waits("/1.2=throw:failed"), at_waits("/2.1=throw:failed"),
                               at_waits("/2.2=throw:failed"), at_waits("=throw:failed")))
      << "every fault is found";
}

task<> cleans_up(scheduler& s) {
  bool failed = false;
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    failed = true;
  }
  if (failed) co_await s.yield();
}

TEST(OpenPlan, HasItsSecondDeviationBehindTheFirst) {
  const auto how = options().judge(support::anything());
  const auto r = rehearse(cleans_up, open_plan(1, 2), how);
  EXPECT_EQ(
      encode(r.done),
      "rehearse_test.cpp:cleans_up+0=throw:failed;rehearse_test.cpp:cleans_up+4=throw:failed");
  const auto again = rehearse(cleans_up, open_plan(r.done), how);
  EXPECT_EQ(again.done, r.done);
}

TEST(OpenPlan, IsNoOtherPlan) {
  EXPECT_TRUE(is_open(open_plan(7, 1)));
  EXPECT_TRUE(is_open(open_plan(7, 0)));
  EXPECT_TRUE(is_open(open_plan(plan())));
  EXPECT_FALSE(is_open(plan()));
  EXPECT_FALSE(is_open(parse_plan(at_waits("=throw:failed"))));
  EXPECT_NE(open_plan(7, 1), open_plan(8, 1));
}

// Ends a failure, and prints it or does not.
auto handles(bool prints) {
  return [prints](scheduler& s) -> task<> {
    try {
      co_await waits(s, 1);
    } catch (const injected_error& e) {
      if (prints) std::cerr << e.what();
    }
  };
}

TEST(Rehearse, ReportsWhatIsViolated) {
  const auto r = rehearse(handles(false), open_plan(1, 1));
  ASSERT_EQ(r.result.findings.size(), 1u) << r.result.error;
  EXPECT_EQ(r.result.findings[0].property, "every exception surfaces");
  EXPECT_THAT(r.result.findings[0].report,
              HasSubstr("COFAULT_REPLAY='" + at_waits("=throw:failed'")));
}

TEST(Rehearse, KnowsThatWhatIsPrintedIsNotSwallowed) {
  testing::internal::CaptureStderr();
  EXPECT_TRUE(rehearse(handles(true), open_plan(1, 1)).result.clean());
  static_cast<void>(testing::internal::GetCapturedStderr());
}

TEST(Rehearse, StopsAtAFailureWithoutFaults) {
  const auto fails = [](scheduler& s) -> task<> {
    co_await waits(s, 1);
    EXPECT_EQ(1, 2);
  };
  const auto r = rehearse(fails, open_plan(1, 1));
  ASSERT_EQ(r.result.failures.size(), 1u) << r.result.error;
  EXPECT_THAT(r.result.failures[0], HasSubstr("Expected equality"));
  EXPECT_TRUE(r.done.empty());
}

TEST(Rehearse, RefusesAPlanThatIsNotReached) {
  const auto r = rehearse(two(1, 1), parse_plan(at_waits("/1.9=throw:failed")));
  EXPECT_THAT(r.result.error,
              AllOf(StartsWith("cofault: the plan '"), HasSubstr("was not reached")));
}

TEST(Rehearse, RefusesABodyThatRemembers) {
  int runs = 0;
  const auto remembers = [&runs](scheduler& s) -> task<> { co_await waits(s, ++runs); };
  const auto r = rehearse(remembers, parse_plan(at_waits("/1.9=throw:failed")));
  EXPECT_THAT(r.result.error, StartsWith("cofault: the body is not deterministic"));
}

TEST(Rehearse, RefusesARunWithoutFaultsThatABoundCuts) {
  const auto r = rehearse(two(9, 9), open_plan(1, 1), options().arrivals(10));
  EXPECT_THAT(r.result.error, HasSubstr("was stopped by the bound of 10 await points"));
}

TEST(Rehearse, DoesNotPassWhatABoundCuts) {
  const auto insists = [](scheduler& s) -> task<> {
    bool failed = false;
    try {
      co_await waits(s, 1);
    } catch (const injected_error&) {
      failed = true;
    }
    if (failed) co_await waits(s, 100);
  };
  const auto how = options().judge(support::anything());
  EXPECT_TRUE(rehearse(insists, open_plan(1, 1), how).decided);
  EXPECT_FALSE(rehearse(insists, open_plan(1, 1), how.arrivals(20)).decided);
}

TEST(Rehearse, ObeysTheOptions) {
  const auto wrong = options().visits(0);
  EXPECT_THAT(rehearse(two(1, 1), open_plan(1, 1), wrong).result.error, HasSubstr("0 visits"));
}

TEST(Rehearse, LeavesNothingBehindForAnExploration) {
  static_cast<void>(rehearse(handles(false), open_plan(1, 1)));
  EXPECT_TRUE(explore(two(1, 1)).clean());
}

}  // namespace
