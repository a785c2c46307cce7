// SPDX-License-Identifier: BSL-1.0
// Each matcher both ways: it matches what is right, and not its wrong twin.
#include "cofault/matchers.hpp"

#include <gtest/gtest-spi.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "../support/task_cancelling.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using namespace std::chrono_literals;
using support::task;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

struct broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct translated : std::runtime_error {
  using std::runtime_error::runtime_error;
};

task<> fine(scheduler& s) { co_await s.yield(); }

task<> swallows(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const std::exception&) {
  }
}

task<> leaks(scheduler& s) {
  const auto serial = acquired("a seat");
  co_await s.yield();
  released(serial);
}

task<> translates(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const broken& e) {
    throw translated(std::string("no luck: ") + e.what());
  }
}

task<> waits_for_ever(scheduler& s) {
  bool failed = false;
  try {
    co_await s.yield();
  } catch (const std::exception&) {
    failed = true;
  }
  if (failed) co_await s.sleep_for(std::chrono::nanoseconds::max());
}

// The run in which its first await throws.
exploration with_the_fault(task<> (*body)(scheduler&), const std::string& name) {
  return explore(body, options()
                           .inject(inject::throwing(broken("the pipe")))
                           .replay("matchers_test.cpp:" + name + "+0=throw#1"));
}

TEST(SurfacesEveryException, LooksAtExceptionsOnly) {
  EXPECT_THAT(explore(fine), SurfacesEveryException());
  EXPECT_THAT(explore(leaks), SurfacesEveryException());
  EXPECT_THAT(explore(swallows), Not(SurfacesEveryException()));
}

TEST(ReleasesEverything, LooksAtResourcesOnly) {
  EXPECT_THAT(explore(fine), ReleasesEverything());
  EXPECT_THAT(explore(swallows), ReleasesEverything());
  EXPECT_THAT(explore(leaks), Not(ReleasesEverything()));
}

task<> stops(scheduler& s, std::stop_token stop) { co_await support::sleeping(s, stop, 1s); }
task<> goes_on(scheduler& s, std::stop_token stop) {
  try {
    co_await stops(s, stop);
  } catch (...) {
  }
  co_await s.sleep_for(1s);
}

TEST(HonoursCancellation, LooksAtCancellations) {
  EXPECT_THAT(support::cancelled(stops), HonoursCancellation());
  EXPECT_THAT(support::cancelled(goes_on), Not(HonoursCancellation()));
}

TEST(HonoursCancellation, IsNotProvedWhereNothingWasCancelled) {
  static exploration result;
  result = explore(fine);
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, HonoursCancellation()), "inject::cancel()");
}

TEST(Completes, IfTheRootReturns) {
  EXPECT_THAT(with_the_fault(swallows, "swallows"), Completes());
  EXPECT_THAT(with_the_fault(fine, "fine"), Not(Completes()));
  EXPECT_THAT(with_the_fault(waits_for_ever, "waits_for_ever"), Not(Completes()));
}

TEST(FailsWith, TheTypeAndTheText) {
  EXPECT_THAT(with_the_fault(fine, "fine"), FailsWith<broken>());
  EXPECT_THAT(with_the_fault(fine, "fine"), FailsWith<broken>("the pipe"));
  EXPECT_THAT(with_the_fault(fine, "fine"), Not(FailsWith<broken>("another pipe")));
  EXPECT_THAT(with_the_fault(fine, "fine"), Not(FailsWith<translated>()));
  EXPECT_THAT(with_the_fault(translates, "translates"),
              FailsWith<translated>(HasSubstr("no luck: the pipe")));
  EXPECT_THAT(with_the_fault(swallows, "swallows"), Not(FailsWith<broken>()));
#ifdef __GLIBCXX__
  EXPECT_THAT(with_the_fault(fine, "fine"), FailsWith<std::exception>());
  EXPECT_THAT(with_the_fault(fine, "fine"), Not(FailsWith<std::logic_error>()));
#endif
}

TEST(FateOf, TheFaultsException) {
  EXPECT_THAT(with_the_fault(fine, "fine"), FateOf(fate::surfaced));
  EXPECT_THAT(with_the_fault(swallows, "swallows"), FateOf(fate::swallowed));
  EXPECT_THAT(with_the_fault(swallows, "swallows"), Not(FateOf(fate::surfaced)));
  EXPECT_THAT(with_the_fault(translates, "translates"),
              FateOf(AnyOf(fate::translated, fate::masked)));
}

TEST(FateOf, ExceptionsOfAType) {
  const auto result = with_the_fault(translates, "translates");
  EXPECT_THAT(result, FateOf<broken>(fate::translated));
  EXPECT_THAT(result, FateOf<translated>(fate::surfaced));
  EXPECT_THAT(result, Not(FateOf<translated>(fate::translated)));
  EXPECT_THAT(with_the_fault(fine, "fine"), Not(FateOf<translated>(testing::_))) << "there is none";
}

TEST(Matcher, SaysWhatItSaw) {
  static exploration result;
  result = with_the_fault(translates, "translates");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, Completes()), "failed with ");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, FailsWith<broken>()), "no luck: the pipe");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, FateOf(fate::swallowed)), "was translated");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, FateOf(fate::swallowed)), "is equal to swallowed");
  result = explore(leaks);
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, ReleasesEverything()), "which has 1 such finding");
}

TEST(Matcher, OfOneRunRefusesAnExplorationOfMany) {
  static exploration result;
  result = explore(fine);
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, Completes()), "options().replay()");
}

TEST(Matcher, MatchesNothingThatProvesNothing) {
  const auto matches_none = [](const exploration& e) {
    EXPECT_THAT(e, Not(SurfacesEveryException()));
    EXPECT_THAT(e, Not(ReleasesEverything()));
    EXPECT_THAT(e, Not(HonoursCancellation()));
    EXPECT_THAT(e, Not(Completes()));
    EXPECT_THAT(e, Not(FailsWith<std::exception>()));
    EXPECT_THAT(e, Not(FateOf(testing::_)));
  };
  matches_none(explore(fine, options().trials(0)));
  matches_none(explore(fine, options().replay("nowhere.cpp:fine+0=throw:failed")));
  const auto throws = [](scheduler& s) -> task<> {
    co_await s.yield();
    throw broken("always");
  };
  matches_none(explore(throws));
  const auto dies = [](scheduler& s) -> task<> {
    co_await s.yield();
    std::abort();
  };
  matches_none(explore(dies));
  const auto wrong = [](scheduler& s) -> task<> {
    EXPECT_TRUE(false) << "always";
    co_await s.yield();
  };
  matches_none(explore(wrong));
  const auto unasked = options().judge(properties::progress());
  EXPECT_THAT(explore(fine, unasked), Not(SurfacesEveryException()));
  EXPECT_THAT(explore(fine, unasked), Not(ReleasesEverything()));
}

}  // namespace
