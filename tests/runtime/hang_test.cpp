// SPDX-License-Identifier: BSL-1.0
// Deadlocks, lost wake-ups and loops that do not end: found at once, with who waits where.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <type_traits>
#include <vector>

#include "cofault/detail/source_text.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/runtime.hpp"
#include "cofault/site.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using testing::AllOf;
using testing::HasSubstr;

constexpr int takes_both_stops = __LINE__ + 4;
task<> takes_both(mutex& first, mutex& second) {
  const auto one = co_await first.lock();
  co_await yield();
  const auto two = co_await second.lock();  // where it stops
}

task<> deadlock() {
  mutex a, b;
  const handle<> one = spawn(takes_both(a, b));
  const handle<> two = spawn(takes_both(b, a));
  co_await one;
  co_await two;
}

task<> in_the_same_order() {
  mutex a, b;
  co_await with_task_group([&](task_group& g) -> task<> {
    g.spawn(takes_both(a, b));
    g.spawn(takes_both(a, b));
    co_return;
  });
}

struct door {
  bool open = false;
  event opened;
};
task<> opens(door& d) {
  co_await yield();
  d.open = true;
  d.opened.set();
  d.opened.clear();
}
constexpr int enters_stops = __LINE__ + 4;
template <bool Checks>
task<> enters(door& d) {
  co_await sleep_for(1s);
  if (!Checks || !d.open) co_await d.opened.wait();  // where it stops
}
template <bool Checks>
task<> lost_wake_up() {
  door d;
  co_await with_task_group([&](task_group& g) -> task<> {
    g.spawn(opens(d));
    g.spawn(enters<Checks>(d));
    co_return;
  });
}

task<> spins() {
  for (;;) co_await yield();
}

std::string hang_of(task<> root) {
  try {
    run(std::move(root));
  } catch (const hang& e) {
    EXPECT_FALSE(e.waiting().empty() &&
                 std::string(e.what()).find("stands still") == std::string::npos);
    return e.what();
  }
  return "";
}

std::string at(int line) { return "hang_test.cpp:" + std::to_string(line); }

std::string source_of(const cofault::finding& f) {
  const auto& site = cofault::sites::site(f.site);
  return cofault::detail::source_line(cofault::sites::function(site.function).file, site.line)
      .value_or("");
}

TEST(Hang, DeadlockOfTwo) {
  EXPECT_THAT(hang_of(deadlock()),
              AllOf(HasSubstr("nothing is runnable and no timer is left"),
                    HasSubstr("deadlock() waits for the end of takes_both() at hang_test.cpp:"),
                    HasSubstr("takes_both() waits for a mutex at " + at(takes_both_stops) +
                              " since 0 s\ntakes_both() waits for a mutex at " +
                              at(takes_both_stops) + " since 0 s")));
  const auto found = cofault::explore(deadlock);
  ASSERT_FALSE(found.findings.empty()) << describe(found);
  const auto& first = found.findings[0];
  EXPECT_EQ(first.property, "nothing waits for ever");
  EXPECT_THAT(source_of(first), HasSubstr("where it stops"));
  EXPECT_THAT(first.explanation, AllOf(HasSubstr("takes_both() waits at " + at(takes_both_stops)),
                                       HasSubstr("takes_both#2() waits at " + at(takes_both_stops)),
                                       testing::Not(HasSubstr("deadlock() waits"))));
  EXPECT_EQ(hang_of(in_the_same_order()), "");
  EXPECT_THAT(cofault::explore(in_the_same_order), cofault::SurvivesEveryFault());
}

TEST(Hang, LostWakeUp) {
  EXPECT_THAT(
      hang_of(lost_wake_up<false>()),
      AllOf(HasSubstr("lost_wake_up() waits for 1 child of a task group at hang_test.cpp:"),
            HasSubstr("enters() waits for an event at " + at(enters_stops) + " since 1 s")));
  const auto found = cofault::explore(lost_wake_up<false>);
  ASSERT_FALSE(found.findings.empty()) << describe(found);
  EXPECT_EQ(found.findings[0].property, "nothing waits for ever");
  EXPECT_THAT(source_of(found.findings[0]), HasSubstr("where it stops"));
  EXPECT_EQ(hang_of(lost_wake_up<true>()), "");
  EXPECT_THAT(cofault::explore(lost_wake_up<true>), cofault::SurvivesEveryFault());
}

task<> fills(event& filled) {
  co_await sleep_for(1s);
  filled.set();
}
task<> empties(event& filled) { co_await filled.wait(); }

// Where the filling fails, the other one waits for ever, and the join with it: it still has the
// exception.
TEST(Hang, WhatAJoinKeepsThatWaitsForEverIsNotLost) {
  const auto found = cofault::explore([]() -> task<> {
    event filled;
    std::vector<handle<>> both;
    both.push_back(spawn(fills(filled)));
    both.push_back(spawn(empties(filled)));
    co_await wait(both);
    co_await both[0];
    co_await both[1];
  });
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_EQ(found.findings[0].property, "nothing waits for ever");
}

TEST(Hang, ALoopThatDoesNotEnd) {
  EXPECT_THAT(hang_of(spins()),
              AllOf(HasSubstr("the clock stands still at 0"), HasSubstr("spins()")));
}

TEST(Hang, ATimerThatNeverFiresIsNone) {
  const auto waits = []() -> task<> { co_await sleep_for(std::chrono::hours::max()); };
  EXPECT_THAT(hang_of(waits()), HasSubstr("waits for a timer that never fires"));
}

TEST(Hang, PendingTellsWhoAwaitsWhom) {
  cofault::scheduler world;
  event never;
  const auto inner = [](event& e) -> task<> { co_await e.wait(); };
  const auto outer = [](auto f, event& e) -> task<> { co_await f(e); };
  const handle<> h = spawn(world, outer(inner, never));
  EXPECT_TRUE(world.pending().empty()) << "it can run";
  world.advance(1s);
  const auto list = world.pending();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].what, "an event");
  EXPECT_EQ(list[0].since, 0);
  EXPECT_THAT(list[0].place, HasSubstr("hang_test.cpp:"));
  ASSERT_EQ(list[0].awaited_by.size(), 1u);
  EXPECT_THAT(list[0].awaited_by[0], HasSubstr(" at hang_test.cpp:"));
  never.set();
  world.run_until_idle();
  EXPECT_TRUE(world.pending().empty());
  EXPECT_TRUE(h.done());
}

// ---- told to end by a task group, and went on

struct everything {};  // how a worker handles what its job throws
struct errors {};
struct cancellations {};

template <class Handles>
task<> works(channel<int>& jobs) {
  for (;;) {
    try {
      const int job = co_await jobs.receive();
      if (job < 0) co_return;
      co_await sleep_for(1s);
    } catch (const std::exception&) {
    } catch (const cancelled&) {
      if (!std::is_same_v<Handles, cancellations>) throw;
    }
  }
}

template <>
task<> works<everything>(channel<int>& jobs) {
  for (;;) {
    try {
      const int job = co_await jobs.receive();
      if (job < 0) co_return;
      co_await sleep_for(1s);
    } catch (...) {  // guilty
    }
  }
}

task<> sends_jobs(channel<int>& jobs) {
  for (const int job : {1, 2, -1}) {
    co_await sleep_for(1s);
    co_await jobs.send(job);
  }
}

template <class Handles>
task<> employs() {
  channel<int> jobs(1);
  co_await with_task_group([&](task_group& g) -> task<> {
    g.spawn(works<Handles>(jobs));
    g.spawn(sends_jobs(jobs));
    co_return;
  });
}

template <class Handles>
cofault::exploration when_no_jobs_come() {
  using namespace cofault::inject;
  return cofault::explore(employs<Handles>,
                          cofault::options().inject(only(usual(), in("sends_jobs"))));
}

TEST(Hang, IsBlamedOnTheHandlerThatEndedTheCancellation) {
  const auto found = when_no_jobs_come<everything>();
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_THAT(found.findings[0].report,
              AllOf(HasSubstr("nothing waits for ever"), HasSubstr("// guilty")));
  EXPECT_THAT(when_no_jobs_come<errors>(), cofault::SurvivesEveryFault());
}

// It ends them on purpose: what is wrong is that it waits again.
TEST(Hang, IsBlamedOnTheAwaitWhereTheHandlerIsMadeForCancellations) {
  const auto found = when_no_jobs_come<cancellations>();
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_THAT(found.findings[0].report, HasSubstr("jobs.receive()"));
}

}  // namespace
