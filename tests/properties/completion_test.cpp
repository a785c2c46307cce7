// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/completion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "../support/task.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/explore.hpp"
#include "cofault/run.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;

// A runtime that calls its completion handler `times` times; a fault makes that `behind_a_fault`.
class callback_world : public driver {
 public:
  callback_world(int times, int behind_a_fault)
      : times_(times), behind_a_fault_(behind_a_fault), root_(step()) {}

  void start() override {
    scheduler_.post([this] { root_.start(); });
  }
  std::size_t choices() override { return scheduler_.ready(); }
  bool run(std::size_t i) override {
    scheduler_.run(i);
    return true;
  }
  std::optional<virtual_time> next_deadline() override { return std::nullopt; }
  void jumped() override {}
  void park(std::shared_ptr<void>) override {}
  void teardown() override { scheduler_.clear(); }

 private:
  task<> step() {
    int times = times_;
    try {
      co_await scheduler_.yield();
    } catch (const injected_error&) {
      times = behind_a_fault_;
    }
    for (; times > 0; --times) scheduler_.post([] { detail::root_completed(nullptr); });
  }

  int times_, behind_a_fault_;
  scheduler scheduler_;
  task<> root_;
};

exploration explore_world(int times, int behind_a_fault) {
  return explore([=] { return std::make_unique<callback_world>(times, behind_a_fault); },
                 options().judge(properties::completion()));
}

TEST(Completion, TwiceBehindAFaultIsAFinding) {
  const auto result = explore_world(1, 2);
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].smallest.size(), 1u);
  EXPECT_THAT(result.findings[0].explanation, testing::HasSubstr("ran 2 times"));
}

TEST(Completion, TwiceWithoutAFaultIsReportedOnce) {
  const auto result = explore_world(3, 3);
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_TRUE(result.findings[0].smallest.empty());
}

TEST(Completion, OnceIsClean) {
  const auto result = explore_world(1, 1);
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.trials, 1u);
}

TEST(Completion, IsCountedByTheRun) {
  const auto world = [] { return std::make_unique<callback_world>(2, 2); };
  EXPECT_EQ(run(world, plan(), options()).root_completions, 2u);
}

}  // namespace
