// SPDX-License-Identifier: BSL-1.0
// How violations become findings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;
using support::untouched;
using testing::HasSubstr;

task<> step(scheduler& s) { co_await s.yield(); }

task<> three_steps(scheduler& s) {
  co_await step(s);
  co_await step(s);
  co_await s.yield();
}

options with_ints() { return options().inject(inject::throwing(1)).judge(properties::progress()); }

// Violated once per run, or only with a fault; blames nobody.
struct blames_nobody : untouched {
  explicit blames_nobody(bool always) : always_(always) {}
  kind_set needs() const override { return ~kind_set{0}; }
  void judge(const outcome& what, std::vector<violation>& out) const override {
    if (always_ || !what.fault_free) out.assign(3, {0, 0, "bad"});
  }
  bool always_;
};

TEST(Findings, AreGroupedByPropertyAndCulprit) {
  const auto body = [](scheduler& s) -> task<> {
    for (int i = 0; i < 4; ++i) co_await s.yield();
    co_await s.yield();
  };
  const auto result = explore(body, with_ints().judge(blames_nobody(false)));
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_EQ(result.findings[0].more, 3u) << "plans are counted, not violations";
  EXPECT_EQ(result.findings[1].more, 0u);
  EXPECT_THAT(result.findings[0].report, HasSubstr("3 further plans"));
}

TEST(Findings, OfTheDefaultRunAreReportedOnce) {
  const auto result = explore(three_steps, with_ints().judge(blames_nobody(true)));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_TRUE(result.findings[0].smallest.empty());
  EXPECT_EQ(result.findings[0].more, result.trials);
}

TEST(Findings, OfAHangingDefaultRunAreReportedOnce) {
  const auto body = [](scheduler& s) -> task<> {
    try {
      co_await s.yield();
    } catch (const int&) {
    }
    co_await s.sleep_for(std::chrono::nanoseconds::max());
  };
  const auto result = explore(body, with_ints());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_TRUE(result.findings[0].smallest.empty());
}

template <std::size_t N>
struct numbered : untouched {
  std::string_view name() const override { return name_; }
  std::string name_ = "property " + std::to_string(N);
};

template <std::size_t... N>
options with_many(std::index_sequence<N...>) {
  return with_ints().judge(numbered<N>()...);
}

TEST(Findings, OnlyTheFirstShowTheirSteps) {
  const auto result = explore(step, with_many(std::make_index_sequence<40>()));
  ASSERT_EQ(result.findings.size(), 40u);
  EXPECT_THAT(result.findings.front().report, HasSubstr("steps"));
  EXPECT_THAT(result.findings.back().report,
              testing::AllOf(HasSubstr("replay"), testing::Not(HasSubstr("steps"))));
  EXPECT_THAT(result.notes, testing::Contains(HasSubstr("first 32")));
}

}  // namespace
