// SPDX-License-Identifier: BSL-1.0
// A root that waits for ever while something beside it keeps ticking, and everything that only
// looks like that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <utility>
#include <vector>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/property/livelock.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/run.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/site.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using support::task;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// The producer fails, and nothing else.
options moving() {
  return options()
      .inject(inject::only(inject::usual(), inject::in("produce")))
      .judge(properties::progress(), properties::livelock());
}

// Set once; wakes the one coroutine that waits for it.
struct signal {
  bool is_set = false;
  std::coroutine_handle<> waiting;
  bool await_ready() const { return is_set; }
  void await_suspend(std::coroutine_handle<> h) { waiting = h; }
  void await_resume() {}
  void set(scheduler& s) {
    if (is_set) return;
    is_set = true;
    if (waiting) s.post([h = waiting] { h.resume(); });
  }
};

constexpr unsigned tick_line = __LINE__ + 2;
task<> heartbeat(scheduler& s, std::chrono::nanoseconds period, int patience, signal& done) {
  for (int i = 0; i != patience; ++i) co_await s.sleep_for(period);
  done.set(s);
}

task<> produce(scheduler& s, signal& done, bool always) {
  bool failed = false;
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    failed = true;
  }
  if (!failed || always) done.set(s);
}

// What the root started: as a parameter it lives until the world goes, not only until the root
// ends.
struct started {
  signal done;
  std::vector<task<>> tasks;
  void start(task<> t) {
    tasks.push_back(std::move(t));
    tasks.back().start();
  }
};
started& fresh() {
  static std::unique_ptr<started> of_this_run;
  of_this_run = std::make_unique<started>();
  return *of_this_run;
}

struct service {
  std::chrono::nanoseconds period = 1s;  // of the heartbeat
  int patience = -1;                     // after so many it wakes the root
  bool always = false;                   // the producer wakes it in any case
  int beside = 0;                        // more heartbeats, which wake nobody
};

constexpr unsigned wait_line = __LINE__ + 6;
task<> serve(scheduler& s, service how, started& all) {
  signal unused;
  all.start(heartbeat(s, how.period, how.patience, all.done));
  for (int i = 0; i < how.beside; ++i) all.start(heartbeat(s, how.period, -1, unused));
  all.start(produce(s, all.done, how.always));
  co_await all.done;
}

exploration explore_service(service how) {
  return explore([how](scheduler& s) { return serve(s, how, fresh()); }, moving());
}

TEST(Standstill, IsFoundBesideAHeartbeat) {
  const auto result = explore_service({});
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  const finding& f = result.findings[0];
  EXPECT_EQ(f.property, properties::progress().name());
  EXPECT_EQ(f.smallest, parse_plan("standstill_test.cpp:produce+0=throw:failed"));
  EXPECT_THAT(
      f.explanation,
      AllOf(HasSubstr("stood still for 10 hours"),
            HasSubstr("ticks beside it at standstill_test.cpp:" + std::to_string(tick_line)),
            HasSubstr("serve() waits at standstill_test.cpp:" + std::to_string(wait_line)),
            Not(HasSubstr("heartbeat() waits"))));
  EXPECT_EQ(sites::site(f.site).line, wait_line);
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST(Standstill, IsFoundInThisProcess) {
  const auto result =
      explore([](scheduler& s) { return serve(s, {}, fresh()); }, moving().in_process());
  EXPECT_EQ(result.findings.size(), 1u) << describe(result);
}

TEST(Standstill, IsNoneWhereTheSignalAlwaysComes) {
  const auto result = explore_service({.always = true});
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_THAT(result.notes, IsEmpty());
  EXPECT_EQ(result.trials, 1u);
}

TEST(Standstill, IsNoneWhereWhatTicksWakesTheRootInTime) {
  for (const service how : {service{1s, 8 * 3600}, service{1ms, 30'000}, service{1h, 100}}) {
    const auto result = explore_service(how);
    EXPECT_TRUE(result.clean()) << describe(result);
    EXPECT_THAT(result.notes, IsEmpty());
  }
}

// What costs that much has less time to wake the root.
TEST(Standstill, IsFoundBesideManyHeartbeats) {
  const auto result = explore_service({.beside = 11});
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(sites::site(result.findings[0].site).line, wait_line);
  EXPECT_THAT(explore_service({.always = true, .beside = 11}).findings, IsEmpty());
  EXPECT_THAT(explore_service({.patience = 2 * 3600, .beside = 11}).findings, IsEmpty());
}

// Whether a ticker as fast as that will ever wake the root nobody knows; it must not cost much.
TEST(Standstill, OfFastTicksIsUndecidedAndCheap) {
  const auto body = [] {
    return std::make_unique<detail::scheduler_driver>(
        [](scheduler& s) { return detail::await_root(serve(s, {.period = 1ms}, fresh())); });
  };
  const auto what = parse_plan("standstill_test.cpp:produce+0=throw:failed");
  static_cast<void>(run(body, plan(), moving()));
  const outcome got = run(body, what, moving());
  EXPECT_EQ(got.end, ending::bounded);
  EXPECT_LT(got.arrivals, 350'000u);
  const auto result = explore_service({.period = 1ms});
  EXPECT_THAT(result.findings, IsEmpty()) << describe(result);
  EXPECT_THAT(result.notes, Contains(AllOf(HasSubstr("undecided"), HasSubstr("produce+0=throw"))));
}

// The root asks again and again: it does not stand still.
task<> poll(scheduler& s, const signal& done) {
  while (!done.is_set) co_await s.sleep_for(10s);
}

task<> polls(scheduler& s, started& all) {
  signal unused;
  all.start(heartbeat(s, 1s, -1, unused));
  all.start(produce(s, all.done, false));
  co_await poll(s, all.done);
}

TEST(Standstill, IsNoneOfARootThatPolls) {
  const auto result = explore([](scheduler& s) { return polls(s, fresh()); }, moving());
  EXPECT_THAT(result.findings, IsEmpty()) << describe(result);
  EXPECT_THAT(result.notes, Contains(HasSubstr("undecided")));
}

// The root has a timer of its own, which is only far away.
task<> sleeps_if_failed(scheduler& s, std::chrono::nanoseconds usually,
                        std::chrono::nanoseconds otherwise, started& all) {
  signal unused;
  all.start(heartbeat(s, 5s, -1, unused));
  co_await produce(s, all.done, false);
  co_await s.sleep_for(all.done.is_set ? usually : otherwise);
}

TEST(Standstill, IsNoneOfARootThatSleeps) {
  for (const auto usually : {std::chrono::nanoseconds(1s), std::chrono::nanoseconds(48h)}) {
    const auto result =
        explore([=](scheduler& s) { return sleeps_if_failed(s, usually, 48h, fresh()); }, moving());
    EXPECT_THAT(result.findings, IsEmpty()) << describe(result);
  }
}

// Tries again for as long as the fault stays. Nobody is seen to await it: it was started before.
task<> connect(scheduler& s, signal& done) {
  for (;;) {
    bool failed = false;
    try {
      co_await s.yield();
    } catch (const injected_error&) {
      failed = true;
    }
    if (!failed) break;
    auto pause = s.sleep_for(1min);
    co_await pause;
  }
  done.set(s);
}

task<> waits_for_a_connection(scheduler& s, started& all) {
  all.start(connect(s, all.done));
  co_await all.done;
}

TEST(Standstill, IsNoneWhileAFaultThatStaysIsTriedAgain) {
  const auto result = explore([](scheduler& s) { return waits_for_a_connection(s, fresh()); },
                              options()
                                  .judge(properties::progress())
                                  .replay("standstill_test.cpp:connect+0=throw:failed*"));
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.findings, IsEmpty()) << describe(result);
}

}  // namespace
