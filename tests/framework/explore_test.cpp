// SPDX-License-Identifier: BSL-1.0
#include "cofault/explore.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>

#include "../support/exploring.hpp"
#include "../support/peer.hpp"
#include "../support/task.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/property/livelock.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using support::anything;
using support::plans_of;
using support::task;
using support::untouched;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

// What the code under test received, by await point and visit. For runs in this process.
std::map<std::string, int>& received() {
  static std::map<std::string, int> counts;
  return counts;
}

#define CATCH_AT(where, ...)          \
  try {                               \
    co_await __VA_ARGS__;             \
  } catch (const int&) {              \
    ++received()[std::string(where)]; \
  }

task<> leaf(scheduler& s, std::string who) {
  CATCH_AT(who + ".first", s.yield());
  for (int i = 1; i <= 3; ++i) CATCH_AT(who + ".loop" + std::to_string(i), s.yield());
}

task<> tree(scheduler& s) {
  CATCH_AT("before", s.yield());
  co_await leaf(s, "one");
  CATCH_AT("between", s.sleep_for(1s));
  co_await leaf(s, "two");
}

// What swallows them is not judged here.
options with_ints() {
  return options()
      .inject(inject::throwing(1))
      .judge(properties::progress(), properties::livelock())
      .search(search::exhaustive(1));
}

TEST(Sweep, ExecutesEveryFaultAtEveryReachedAwaitPoint) {
  received().clear();
  const auto result = explore(tree, with_ints().in_process());
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.points, 10u);
  // Every visit of every coroutine once on its own; a loop's n-th visit also with each earlier one
  // that failed twice, or from then on.
  const std::map<std::string, int> expected = {
      {"before", 1},    {"between", 1},   {"one.first", 1}, {"one.loop1", 3}, {"one.loop2", 5},
      {"one.loop3", 4}, {"two.first", 1}, {"two.loop1", 3}, {"two.loop2", 5}, {"two.loop3", 4}};
  EXPECT_EQ(received(), expected);
  EXPECT_EQ(result.trials, 10u + 4u + 4u);
  EXPECT_EQ(result.unreached, 0u);
}

TEST(Sweep, TriesEachFaultOnItsOwn) {
  const auto how = options().inject(inject::throwing(1), inject::throwing(std::string("two")));
  const auto body = [](scheduler& s) -> task<> { co_await s.yield(); };
  const auto result = explore(body, how.judge(untouched()));
  EXPECT_EQ(result.trials, 2u);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_THAT(encode(result.findings[0].smallest), HasSubstr("throw#1"));
  EXPECT_EQ(result.findings[0].more, 1u);
}

task<> pass(scheduler& s) { co_await s.yield(); }

TEST(Sweep, PlansNameInstanceAndVisit) {
  const auto body = [](scheduler& s) -> task<> {
    co_await pass(s);
    co_await pass(s);
  };
  for (const char* plan :
       {"explore_test.cpp:pass+0=throw#1", "explore_test.cpp:pass+0/2.1=throw#1"}) {
    const auto result = explore(body, with_ints().judge(untouched()).replay(plan));
    EXPECT_THAT(plans_of(result), ElementsAre(plan)) << describe(result);
  }
  EXPECT_EQ(explore(body, with_ints()).trials, 2u) << "the awaits of pass() are covered inside";
}

task<> retry(scheduler& s) {
  for (;;) {
    try {
      co_await s.yield();
      co_return;
    } catch (const int&) {
    }
  }
}

TEST(Sweep, FailsForGoodWhereTheCoroutineComesBack) {
  const auto result = explore(retry, with_ints().visits(50));
  EXPECT_EQ(result.trials, 3u) << "once, twice, and each time";
  EXPECT_THAT(plans_of(result), ElementsAre("explore_test.cpp:retry+0=throw#1*"));
}

TEST(Sweep, APersistentPlanReplays) {
  const auto how = with_ints().visits(50).replay("explore_test.cpp:retry+0=throw#1*");
  EXPECT_EQ(explore(retry, how).findings.size(), 1u);
  EXPECT_TRUE(explore(retry, how.replay("explore_test.cpp:retry+0=throw#1")).clean());
}

// Who gives up after two tries; and one who asks again elsewhere, when that is over.
task<bool> twice(scheduler& s) {
  for (int i = 0; i < 2; ++i) CATCH_AT("twice", pass(s));
  co_return true;
}

task<> twice_and_elsewhere(scheduler& s) {
  static_cast<void>(co_await twice(s));
  CATCH_AT("elsewhere", pass(s));
}
task<> once(scheduler& s) { co_await twice_and_elsewhere(s); }

TEST(Sweep, WhatFailsForGoodFailsWhoeverTriesAgain) {
  received().clear();
  const auto result = explore(once, with_ints().in_process());
  EXPECT_TRUE(result.clean()) << describe(result);
  // pass#1, #2 and #3 alone; then #1 twice and for good, which is #2, too, but nowhere else.
  EXPECT_EQ(received(), (std::map<std::string, int>{{"twice", 1 + 1 + 2 + 2}, {"elsewhere", 1}}));
  EXPECT_EQ(result.trials, 5u);
}

TEST(Sweep, ALoopOfTheTestIsNoRetry) {
  const auto body = [](scheduler& s) { return support::three_times([&s] { return pass(s); }); };
  EXPECT_EQ(explore(body, with_ints()).trials, 3u);
}

TEST(Sweep, PersistentFaultsSurviveADeathInBetween) {
  // The first plan adds a persistent one behind the list, the second one kills the child.
  const auto body = [](scheduler& s) -> task<> {
    co_await retry(s);
    try {
      co_await s.yield();
    } catch (const int&) {
      ::abort();
    }
  };
  const auto result = explore(body, with_ints().visits(50));
  EXPECT_EQ(result.trials, 4u);
  EXPECT_EQ(result.findings.size(), 2u) << describe(result);
}

TEST(Bounds, OfTrialsIsNoted) {
  const auto result = explore(tree, with_ints().trials(3));
  EXPECT_EQ(result.trials, 3u);
  EXPECT_THAT(result.notes,
              testing::Contains(HasSubstr("bound of 3 trials: 9 plans were not run")));
}

TEST(Bounds, OfTrialsTriesEveryPlaceFirst) {
  const auto body = [](scheduler& s) -> task<> {
    for (int i = 0; i < 100; ++i) co_await s.yield();
    co_await s.yield();
  };
  EXPECT_EQ(explore(body, with_ints().judge(untouched()).trials(2)).findings.size(), 2u);
}

TEST(Bounds, OfArrivalsIsNotedAndTheRunIsUndecided) {
  const auto body = [](scheduler& s) -> task<> {
    int times = 1;
    try {
      co_await s.yield();
    } catch (const int&) {
      times = 1000;
    }
    while (times-- > 0) co_await s.sleep_for(1s);
  };
  testing::internal::CaptureStderr();
  const auto result = explore(body, with_ints().arrivals(100));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("1 run was stopped"))
      << "a test that passes shows no notes";
  EXPECT_THAT(result.notes,
              testing::Contains(testing::AllOf(HasSubstr("1 run was stopped"), HasSubstr("100"),
                                               HasSubstr("lambda+0=throw#1"))));
}

// Dies before it can be known that another fault of the plan is not reached.
task<> dies_of_it(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const int&) {
    ::abort();
  }
}

TEST(Replay, OfAPlanWithAPointThatWasNotReachedTellsSo) {
  const std::string text =
      "explore_test.cpp:long_gone+0=throw#1;explore_test.cpp:dies_of_it+0=throw#1";
  const auto result = explore(dies_of_it, with_ints().replay(text));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_THAT(result.findings[0].report, HasSubstr("an await point that was not reached here"));
}

TEST(Notes, PointsFirstReachedBehindAFault) {
  static unsigned cleanup;
  const auto body = [](scheduler& s) -> task<> {
    bool failed = false;
    for (int i = 0; i < 2; ++i) try {
        co_await s.yield();
      } catch (const int&) {
        failed = true;
      }
    cleanup = __LINE__ + 1;
    if (failed) co_await s.yield();
    try {
      co_await s.sleep_for(1s);
    } catch (const int&) {
      ::abort();  // the next child must not note it again
    }
  };
  static_cast<void>(explore(body, with_ints().trials(1).in_process()));
  const auto result = explore(body, with_ints());
  EXPECT_THAT(
      result.notes,
      testing::Contains("1 await point was first reached behind a fault: explore_test.cpp:" +
                        std::to_string(cleanup)));
}

constexpr unsigned starts_at = __LINE__ + 2;
task<> starts(scheduler& s, bool catches) {
  co_await s.yield();
  try {
    throw std::runtime_error("no such file");
  } catch (...) {
    if (!catches) throw;
  }
}

task<> walks_and_swallows(scheduler& s) {
  for (int i = 0; i < 10; ++i) {
    co_await s.yield();
    co_await s.yield();
    co_await s.yield();
  }
  try {
    co_await s.yield();
  } catch (...) {
  }
}

std::ptrdiff_t lines_with(const std::string& text, const std::string& part) {
  std::ptrdiff_t out = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++out;
  return out;
}

TEST(Steps, AReplayShowsThemAll) {
  const auto how = options().inject(inject::throwing(1));
  const auto found = explore(walks_and_swallows, how);
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  const auto replayed = explore(walks_and_swallows, how.replay(encode(found.findings[0].smallest)));
  ASSERT_EQ(replayed.findings.size(), 1u) << describe(replayed);
  const std::string awaits = "walks_and_swallows() awaits at";
  EXPECT_LT(lines_with(found.findings[0].report, awaits), 10);
  EXPECT_GE(lines_with(replayed.findings[0].report, awaits), 31) << replayed.findings[0].report;
}

TEST(Failures, ABodyThatThrowsWithoutAFaultIsNotClean) {
  const auto body = [](scheduler& s) { return starts(s, false); };
  for (const auto& how : {with_ints(), with_ints().in_process()}) {
    const auto result = explore(body, how);
    EXPECT_FALSE(result.clean());
    EXPECT_THAT(result.failures,
                ElementsAre(HasSubstr("its root threw std::runtime_error: no such file, which left "
                                      "starts() at explore_test.cpp:" +
                                      std::to_string(starts_at) + "; ")));
    EXPECT_TRUE(result.findings.empty()) << describe(result);
    EXPECT_EQ(result.trials, 0u);
  }
  const auto replayed = explore(body, with_ints().replay("explore_test.cpp:starts+0=throw#1"));
  EXPECT_THAT(replayed.failures, ElementsAre(HasSubstr("no such file")));
}

TEST(Failures, SoIsOneThatThrowsBeforeItReturnsItsRoot) {
  const auto body = [](scheduler&) -> task<> { throw 7; };
  EXPECT_THAT(explore([&](scheduler& s) -> task<> { return throw 7, body(s); }).failures,
              ElementsAre(HasSubstr("its root threw int; ")));
}

TEST(Failures, ABodyThatCatchesItselfIsClean) {
  const auto result = explore([](scheduler& s) { return starts(s, true); }, with_ints());
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.trials, 1u);
}

TEST(Unreached, IsNeverCountedAsPassed) {
  // A static remembers the fault, so that the second await is never reached again.
  static bool broken;
  broken = false;
  const auto body = [](scheduler& s) -> task<> {
    try {
      co_await s.yield();
    } catch (const int&) {
      broken = true;
    }
    if (!broken) co_await s.yield();
  };
  const auto result = explore(body, with_ints().judge(anything()).in_process());
  EXPECT_EQ(result.unreached, 1u);
  EXPECT_FALSE(result.clean());
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].property, "every planned fault is reached");
  EXPECT_THAT(result.notes, testing::Contains(HasSubstr("not reached")));
  // Where each run has a process of its own, nothing remembers it.
  broken = false;
  const auto apart = explore(body, with_ints().judge(anything()));
  EXPECT_EQ(apart.unreached, 0u);
  EXPECT_EQ(apart.trials, 2u);
  EXPECT_THAT(apart.notes, testing::Contains(AllOf(HasSubstr("a process of its own"),
                                                   HasSubstr("did not come to its fault"))));
}

TEST(Explorations, FollowOneAnother) {
  const auto first = explore(tree, with_ints().judge(untouched()));
  EXPECT_EQ(explore(pass, with_ints()).trials, 1u);
  const auto again = explore(tree, with_ints().judge(untouched()));
  EXPECT_EQ(describe(first), describe(again)) << "explorations are deterministic";
}

}  // namespace
