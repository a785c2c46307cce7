// SPDX-License-Identifier: BSL-1.0
// What joins and forgotten tasks do to exceptions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "joins.hpp"
#include "task_fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace support;
using cofault::options;
using cofault::scheduler;
using testing::ElementsAre;
using testing::HasSubstr;

task<> step(scheduler& s) { co_await s.yield(); }

// ---- masked, and other joins

struct shared_work {
  bool broken = false;
};

task<> breaks(scheduler& s, std::shared_ptr<shared_work> work) {
  try {
    co_await step(s);
  } catch (...) {
    work->broken = true;
    throw;
  }
}
task<> notices(scheduler& s, std::shared_ptr<shared_work> work) {
  co_await s.yield();
  if (work->broken) throw std::logic_error("the other one is broken");
}

template <auto Join>
task<> joins(scheduler& s) {
  const auto work = std::make_shared<shared_work>();
  static_cast<void>(co_await Join(breaks(s, work), notices(s, work)));  // joined here
}
template <auto Join>
task<> joins_nothing(scheduler& s) {
  const auto work = std::make_shared<shared_work>();
  co_await Join(breaks(s, work), notices(s, work));  // joined here
}

TEST(Joins, MaskedByAJoinThatKeepsTheFirst) {
  const told t = fault_in(joins_nothing<join_first_error>, options(), 1);
  EXPECT_EQ(t.fates, "surfaced masked");
  EXPECT_THAT(t.lost, ElementsAre(HasSubstr("joined here"))) << t.place;
  EXPECT_EQ(fates(joins_nothing<join_all_errors>, options(), 1), "translated translated surfaced");
}

TEST(Joins, DroppedByAJoinThatKeepsNone) {
  const told t = fault_in(joins_nothing<join_ignoring>, options(), 1);
  EXPECT_EQ(t.fates, "dropped dropped");
  EXPECT_THAT(t.lost, ElementsAre(HasSubstr("joined here"), HasSubstr("joined here")));
  EXPECT_EQ(fates(joins<join_results>, options(), 1), "surfaced unjudged");
}

// ---- dropped

template <bool Awaited>
task<> forks(scheduler& s) {
  task<> child = step(s);  // spawned here
  child.start();
  co_await s.sleep_for(std::chrono::seconds(1));
  if (Awaited) co_await std::move(child);
}

TEST(Joins, DroppedIfNobodyAsks) {
  const told t = fault_in(forks<false>);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(HasSubstr("spawned here")));
  EXPECT_EQ(fates(forks<true>), "surfaced");
}

TEST(Joins, TheReportTellsTheStory) {
  const auto result = cofault::explore(forks<false>, options(), {});
  ASSERT_FALSE(result.findings.empty());
  const std::string& report = result.findings[0].report;
  EXPECT_THAT(report, HasSubstr("  story    cofault::injected_error, thrown by the fault\n"));
  EXPECT_THAT(report, HasSubstr("left step()\n"));
  EXPECT_THAT(report, HasSubstr("died with the coroutine that was spawned at task_joins_test.cpp"));
  EXPECT_THAT(report, HasSubstr("  accept   "));
}

}  // namespace
