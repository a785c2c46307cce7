// SPDX-License-Identifier: BSL-1.0
#include "cofault/scheduler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/fault_free.hpp"
#include "cofault/property/progress.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using support::task;
using testing::ElementsAre;
using testing::HasSubstr;

using log = std::vector<std::string>;

// Runs the body in this process and gives back what its last run without faults logged.
template <class Body>
log log_of(Body body) {
  log kept, lines;  // what is still queued may write behind the end of the root
  const auto root = [&](scheduler& s) -> task<> {
    lines.clear();
    co_await body(s, lines);
    if (fault_free()) kept = lines;
  };
  const auto result = explore(root, options().judge(support::anything()).in_process());
  EXPECT_EQ(result.error, "");
  return kept;
}

// Ends when everything that was posted has run.
task<> drain(scheduler& s, std::chrono::nanoseconds after = 0ns) { co_await s.sleep_for(after); }

TEST(Scheduler, RunsInTheOrderOfPosting) {
  EXPECT_THAT(log_of([](scheduler& s, log& l) -> task<> {
                for (const char* name : {"a", "b", "c"}) s.post([&l, name] { l.push_back(name); });
                s.post([&] { s.post([&] { l.push_back("posted last"); }); });
                co_await drain(s);
                co_await drain(s);
              }),
              ElementsAre("a", "b", "c", "posted last"));
}

TEST(Scheduler, YieldLetsOthersRun) {
  EXPECT_THAT(log_of([](scheduler& s, log& l) -> task<> {
                s.post([&] { l.push_back("other"); });
                co_await s.yield();
                l.push_back("yielded");
              }),
              ElementsAre("other", "yielded"));
}

TEST(Scheduler, TimersFireInTheOrderOfTheirTimesAndThenOfSetting) {
  EXPECT_THAT(log_of([](scheduler& s, log& l) -> task<> {
                const auto after = [&](std::chrono::nanoseconds d, const char* name) {
                  s.post_after(d, [&l, name] { l.push_back(name); });
                };
                after(2s, "late");
                after(1s, "tie 1");
                after(1s, "tie 2");
                after(1s, "tie 3");
                after(1s - 1ns, "early");
                co_await drain(s, 3s);
              }),
              ElementsAre("early", "tie 1", "tie 2", "tie 3", "late"));
}

TEST(Scheduler, WhatIsNotInTheFutureIsReadyAtOnce) {
  EXPECT_THAT(log_of([](scheduler& s, log& l) -> task<> {
                s.post([&] { l.push_back("posted"); });
                s.post_after(0ns, [&] { l.push_back("zero"); });
                s.post_after(-1h, [&] { l.push_back("negative"); });
                s.post_after(std::chrono::nanoseconds::min(), [&] { l.push_back("lowest"); });
                const auto before = virtual_clock::now();
                co_await s.yield();
                l.push_back(virtual_clock::now() == before ? "no time has passed" : "jumped");
              }),
              ElementsAre("posted", "zero", "negative", "lowest", "no time has passed"));
}

TEST(Scheduler, ReadyWorkComesBeforeTheClockMoves) {
  EXPECT_THAT(log_of([](scheduler& s, log& l) -> task<> {
                s.post_after(1ns, [&] { l.push_back("timer"); });
                for (int i = 0; i < 3; ++i) co_await s.yield();
                l.push_back("ready");
                co_await drain(s, 1ns);
              }),
              ElementsAre("ready", "timer"));
}

TEST(Scheduler, ADayPasses) {
  virtual_time slept = 0;
  const auto body = [&](scheduler& s) -> task<> {
    for (int hour = 0; hour < 24; ++hour) co_await s.sleep_for(1h);
    slept = virtual_clock::now();
  };
  EXPECT_EQ(explore(body, options().in_process()).error, "");
  EXPECT_EQ(slept, std::chrono::nanoseconds(24h).count());
}

task<> sleep(scheduler& s, std::chrono::nanoseconds d) { co_await s.sleep_for(d); }

std::string default_run_of(std::chrono::nanoseconds d) {
  const auto result = explore([d](scheduler& s) { return sleep(s, d); });
  return result.findings.empty() ? result.error : result.findings[0].property;
}

TEST(Scheduler, TimersBeyondACenturyNeverFire) {
  EXPECT_EQ(default_run_of(std::chrono::nanoseconds::max()), properties::progress().name());
  EXPECT_EQ(default_run_of(std::chrono::nanoseconds(never) + 1ns), properties::progress().name());
  EXPECT_EQ(default_run_of(std::chrono::nanoseconds(never)), "");
}

TEST(Scheduler, DurationsThatDoNotFitIntoNanosecondsDoNotOverflow) {
  const auto body = [](scheduler& s) -> task<> {
    co_await s.sleep_for(std::chrono::hours::min());
    co_await s.sleep_for(std::chrono::hours::max());
  };
  const auto result = explore(body, options().judge(properties::progress()));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_TRUE(result.findings[0].smallest.empty());
}

TEST(Scheduler, ANeverTimerHoldsUpNoOther) {
  const auto body = [](scheduler& s) -> task<> {
    s.post_after(std::chrono::nanoseconds::max(), [] { FAIL(); });
    co_await s.sleep_for(1h);
    s.post_after(std::chrono::nanoseconds::max(), [] { FAIL(); });
    co_await s.sleep_for(1h);
  };
  EXPECT_TRUE(explore(body).clean());
}

TEST(Scheduler, WorkThatIsStillQueuedIsDropped) {
  static int ran, dropped;
  struct counted {
    counted() = default;
    counted(const counted&) = default;
    ~counted() { ++dropped; }
    void operator()() const { ++ran; }
  };
  ran = dropped = 0;
  const auto body = [](scheduler& s) -> task<> {
    co_await s.yield();
    s.post_after(1h, counted());
  };
  EXPECT_TRUE(explore(body, options().in_process()).clean());
  EXPECT_EQ(ran, 0);
  EXPECT_GT(dropped, 0);
}

TEST(Scheduler, TheRootMayBeAnythingThatCanBeAwaited) {
  const auto body = [](scheduler& s) {
    s.post([] {});
    return s.sleep_for(1s);
  };
  EXPECT_THAT(explore(body).error, HasSubstr("no await point in user code"))
      << "the body ran, but has no coroutine";
}

}  // namespace
