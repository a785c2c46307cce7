// SPDX-License-Identifier: BSL-1.0
// Some translation units instrumented and some not: that must not pass in silence.
#include "promise_shapes_mixed.hpp"

#include <gtest/gtest.h>

#include <cofault/instrument.hpp>
#include <cofault/run.hpp>
#include <cofault/scheduler.hpp>
#include <functional>
#include <memory>
#include <source_location>
#include <string>

COFAULT_INSTRUMENT(mixed::task);
COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::scheduler;
using mixed::task;

constexpr unsigned culprit = std::source_location::current().line() + 3;
task<int> both_targets(scheduler& s) {
  co_await s.yield();
  co_return co_await mixed::instrumented() + co_await mixed::forgotten_target();
}
TEST(PromiseShapesMixed, ACoroutineCompiledWithoutInstrumentationIsAnError) {
  const auto found = cofault::explore([](scheduler& s) { return both_targets(s); });
  EXPECT_NE(found.error.find("compiled without cofault_instrument"), std::string::npos)
      << describe(found);
  const std::string place = "promise_shapes_mixed_test.cpp:" + std::to_string(culprit);
  EXPECT_NE(found.error.find(place), std::string::npos) << found.error;
  EXPECT_FALSE(found.clean());
  EXPECT_EQ(found.trials, 0u);
}

task<int> moved_away(scheduler& s) {
  co_await s.yield();
  auto one = mixed::forgotten_target();
  auto same = std::move(one);
  co_return co_await std::move(same);
}
TEST(PromiseShapesMixed, HoweverTheCoroutineIsHeld) {
  const auto found = cofault::explore([](scheduler& s) { return moved_away(s); });
  EXPECT_NE(found.error.find("compiled without cofault_instrument"), std::string::npos)
      << describe(found);
}

task<int> instrumented_target(scheduler& s) {
  co_await s.yield();
  co_return co_await mixed::instrumented();
}
TEST(PromiseShapesMixed, WithEveryUnitInstrumentedThereIsNone) {
  const auto found = cofault::explore([](scheduler& s) { return instrumented_target(s); });
  EXPECT_TRUE(found.clean()) << describe(found);
}

// Holds no frame at all, but words that could be taken for one.
class shape {
 public:
  virtual ~shape() = default;
  virtual int corners() const { return 4; }
};
int one() { return 1; }
int two() { return 2; }
struct operations {
  int (*first)();
  int (*second)();
};
constexpr operations table{one, two};
struct value {
  shape polymorphic;
  const operations* by_table = &table;
  operations inside = table;
  std::function<int()> function = one;
  std::string text = "text";
  std::shared_ptr<shape> shared = std::make_shared<shape>();
};
task<value> remembered() { return task<value>(value()); }
task<int> ready_values(scheduler& s) {
  co_await s.yield();
  const value v = co_await remembered();
  co_return co_await task<int>(v.by_table->first()) + v.polymorphic.corners() + v.function();
}
TEST(PromiseShapesMixed, ATaskThatHoldsOnlyAValueIsNotAccused) {
  const auto found = cofault::explore([](scheduler& s) { return ready_values(s); });
  EXPECT_TRUE(found.clean()) << describe(found);
}

// Made before the run, awaited in it.
task<int> awaits_the_older(scheduler& s, task<int>& older) {
  co_await s.yield();
  co_return co_await older;
}
TEST(PromiseShapesMixed, ACoroutineFromOutsideTheRunIsKnown) {
  task<int> older = mixed::instrumented();
  const auto factory = [&older] {
    return std::make_unique<cofault::detail::scheduler_driver>(
        [&older](scheduler& s) { return cofault::detail::await_root(awaits_the_older(s, older)); });
  };
  const auto what = cofault::run(factory, cofault::plan(), cofault::options());
  EXPECT_TRUE(what.has(cofault::event_kind::root_returned));
  EXPECT_FALSE(what.has(cofault::event_kind::unknown_frame));
}

}  // namespace
