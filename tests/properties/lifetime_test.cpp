// SPDX-License-Identifier: BSL-1.0
// What must be given back, awaited and destroyed: each bug and its fixed twin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "../support/exploring.hpp"
#include "../support/library_code.hpp"
#include "../support/task.hpp"
#include "cofault/property/awaited.hpp"
#include "cofault/property/frames.hpp"
#include "cofault/property/resources.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/site.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;
using testing::HasSubstr;

options lifetimes() {
  return options().judge(properties::resources(), properties::awaited(), properties::frames());
}

// Explores the coroutine function and expects exactly one finding, of that property.
finding only_finding(task<> (*program)(scheduler&), std::string_view property) {
  const auto result = explore(program, lifetimes());
  EXPECT_EQ(result.findings.size(), 1u) << describe(result);
  if (result.findings.empty()) return {};
  EXPECT_EQ(result.findings[0].property, property);
  return result.findings[0];
}

void expect_clean(task<> (*program)(scheduler&)) {
  const auto result = explore(program, lifetimes());
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_GT(result.trials, 0u);
}

constexpr unsigned held_line = __LINE__ + 3;
task<> leaks_behind_a_fault(scheduler& s) {
  const std::uint32_t serial = acquired("a lease");
  co_await s.yield();
  released(serial);
}
struct lease {
  std::uint32_t serial = acquired("a lease");
  ~lease() { released(serial); }
};
task<> releases(scheduler& s) {
  const lease held;
  co_await s.yield();
}

TEST(Resources, LeakIsBlamedOnTheAwaitThatHeldIt) {
  const finding f = only_finding(leaks_behind_a_fault, properties::resources().name());
  EXPECT_EQ(sites::site(f.site).line, held_line);
  EXPECT_EQ(f.smallest.size(), 1u);
  EXPECT_THAT(f.explanation,
              testing::AllOf(HasSubstr("a lease"), HasSubstr("leaks_behind_a_fault()")));
}
TEST(Resources, ReleasedIsClean) { expect_clean(releases); }

// Outlives its run, as what a static holds.
std::uint32_t left_over = 0;

task<> releases_what_an_earlier_run_acquired(scheduler& s) {
  const std::uint32_t mine = acquired("a lease");
  co_await s.yield();
  released(std::exchange(left_over, mine));
}
task<> releases_its_own_as_well(scheduler& s) {
  const lease held;
  released(std::exchange(left_over, held.serial));
  co_await s.yield();
}

TEST(Resources, ARunReleasesOnlyWhatItAcquired) {
  EXPECT_TRUE(only_finding(releases_what_an_earlier_run_acquired, properties::resources().name())
                  .smallest.empty());
  expect_clean(releases_its_own_as_well);
}

constexpr unsigned acquired_behind = __LINE__ + 2;
task<> leaks_always(scheduler& s) {
  co_await s.yield();
  static_cast<void>(acquired("a lease"));
  co_await s.yield();
}
TEST(Resources, LeakWithoutAFaultIsOfTheDefaultRun) {
  const finding f = only_finding(leaks_always, properties::resources().name());
  EXPECT_TRUE(f.smallest.empty());
  EXPECT_EQ(sites::site(f.site).line, acquired_behind);
}

constexpr unsigned held_from_the_start = __LINE__ + 3;
task<> leaks_from_the_start(scheduler& s) {
  static_cast<void>(acquired("a lease"));
  co_await s.yield();
}
TEST(Resources, LeakOfWhatWasAcquiredBeforeAnyAwaitIsOfTheNextOne) {
  const finding f = only_finding(leaks_from_the_start, properties::resources().name());
  EXPECT_TRUE(f.smallest.empty());
  EXPECT_EQ(sites::site(f.site).line, held_from_the_start);
}

task<std::uint32_t> acquires(scheduler& s) {
  co_await s.yield();
  co_return acquired("a lease");
}
constexpr unsigned held_by_caller_line = __LINE__ + 3;
task<> leaks_what_was_acquired_for_it(scheduler& s) {
  const std::uint32_t serial = co_await acquires(s);
  co_await s.yield();
  released(serial);
}
TEST(Resources, WhoeverAwaitedTheOneThatAcquiredItHeldIt) {
  const finding f = only_finding(leaks_what_was_acquired_for_it, properties::resources().name());
  EXPECT_EQ(sites::site(f.site).line, held_by_caller_line);
}

constexpr unsigned work_line = __LINE__ + 1;
task<> work(scheduler& s) { co_await s.yield(); }
task<> leases_from_a_library(scheduler& s) { co_await support::library_that_leases(work(s)); }
TEST(Resources, WhatALibraryHeldIsBlamedOnTheFault) {
  const finding f = only_finding(leases_from_a_library, properties::resources().name());
  EXPECT_EQ(sites::site(f.site).line, work_line);
}

struct connection {
  explicit connection(int n = 0) : number(n) {}
  int number;
};

task<> leaks_a_tracked(scheduler& s) {
  auto* held = new tracked<connection>(7);
  co_await s.yield();
  delete held;
}
task<> deletes_a_tracked(scheduler& s) {
  const auto held = std::make_unique<tracked<connection>>(7);
  EXPECT_EQ(held->number, 7);
  co_await s.yield();
}
TEST(Tracked, NeverDestroyedIsALeak) {
  EXPECT_THAT(only_finding(leaks_a_tracked, properties::resources().name()).explanation,
              testing::StartsWith("(anonymous namespace)::connection, acquired by "
                                  "leaks_a_tracked(),"));
}
TEST(Tracked, DestroyedIsClean) { expect_clean(deletes_a_tracked); }

task<> copies_and_moves(scheduler& s) {
  std::vector<tracked<connection>> pool(3);
  tracked<connection> one(1), copy(one), moved(std::move(one));
  copy = moved;
  moved = std::move(copy);
  pool.push_back(moved);
  pool.push_back(std::move(moved));
  std::optional<tracked<connection>> maybe;
  maybe.emplace(5);
  pool.erase(pool.begin());
  co_await s.yield();
  pool.clear();
}
TEST(Tracked, EveryCopyAndMoveIsALifeOfItsOwn) { expect_clean(copies_and_moves); }

task<> leaks_one_of_many(scheduler& s) {
  std::vector<tracked<connection>> pool(3);
  auto* held = new tracked<connection>(pool[0]);
  co_await s.yield();
  delete held;
}
TEST(Tracked, ACopyThatLeaksIsALeak) {
  static_cast<void>(only_finding(leaks_one_of_many, properties::resources().name()));
}

TEST(Tracked, DoesNothingOutsideOfARun) {
  EXPECT_EQ(acquired("nothing"), 0u);
  released(0);
  released(1234);
  const tracked<connection> outside(1);
}

task<> step(scheduler& s) { co_await s.yield(); }

task<> forgets_to_await(scheduler& s) {
  co_await s.yield();
  static_cast<void>(step(s));
}
task<> awaits(scheduler& s) {
  co_await s.yield();
  co_await step(s);
}
TEST(Awaited, ADroppedCoroutineIsNamed) {
  const finding f = only_finding(forgets_to_await, properties::awaited().name());
  EXPECT_THAT(f.explanation, HasSubstr("forgets_to_await() called step()"));
  EXPECT_TRUE(f.smallest.empty());
}
TEST(Awaited, AwaitedIsClean) { expect_clean(awaits); }

task<> made_before_the_fault(scheduler& s) {
  auto later = step(s);
  co_await s.yield();
  co_await std::move(later);
}
TEST(Awaited, WhatTheFaultPreventedIsInnocent) { expect_clean(made_before_the_fault); }

task<> calls_a_library(scheduler& s) { co_await support::library_that_drops_one(s); }
TEST(Awaited, WhatALibraryDropsIsItsOwnAffair) { expect_clean(calls_a_library); }

task<> waits_for_ever() { co_await std::suspend_always(); }
task<> leaks_a_frame(scheduler& s) {
  auto* child = new task<>(waits_for_ever());
  child->start();
  co_await s.yield();
  delete child;
}
task<> destroys_its_frame(scheduler& s) {
  const auto child = std::make_unique<task<>>(waits_for_ever());
  child->start();
  co_await s.yield();
}
TEST(Frames, OneThatOutlivesItsWorldIsNamed) {
  const finding f = only_finding(leaks_a_frame, properties::frames().name());
  EXPECT_THAT(f.explanation, HasSubstr("frame of waits_for_ever() was never destroyed"));
}
TEST(Frames, DestroyedIsClean) { expect_clean(destroys_its_frame); }

task<> starts_what_a_library_keeps(scheduler& s) {
  static std::unique_ptr<task<>> kept;
  kept = std::make_unique<task<>>(support::library_that_waits_for_ever());
  kept->start();
  co_await s.yield();
}
TEST(Frames, WhatALibraryKeepsIsItsOwnAffair) { expect_clean(starts_what_a_library_keeps); }

}  // namespace
