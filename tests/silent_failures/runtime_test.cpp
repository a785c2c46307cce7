// SPDX-License-Identifier: BSL-1.0
// The silent failures of coroutines on our own runtime, twice each: the pitfall, which is blamed on
// its line, and the right way, which is clean.
#include "cofault/runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include "blamed.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using cofault::explore;
using cofault::SurvivesEveryFault;
using support::awaited;
using support::blamed;
using support::surfacing;
using testing::HasSubstr;

task<> step() { co_await yield(); }
task<int> measure() {
  co_await yield();
  co_return 3;
}

// ---- S1: never awaited

task<> s1_pitfall() {
  co_await step();
  static_cast<void>(step());  // to blame
}
task<> s1_right() {
  co_await step();
  co_await step();
}

TEST(SilentFailures, S1NeverAwaited) {
  const auto found = explore(s1_pitfall);
  EXPECT_THAT(blamed(found, awaited), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s1_right), SurvivesEveryFault());
}

// ---- S2: the exception stays inside until somebody awaits the coroutine

task<> s2_pitfall() {
  const handle<> child = spawn(step());  // to blame
  co_await sleep_for(1s);
}
task<> s2_right() {
  const handle<> child = spawn(step());
  co_await sleep_for(1s);
  co_await child;
}

TEST(SilentFailures, S2SealedException) {
  const auto found = explore(s2_pitfall);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s2_right), SurvivesEveryFault());
}

// ---- S3: fire and forget

task<> s3_pitfall() {
  task<> work = step();
  co_await yield();
  spawn(std::move(work));  // to blame
  co_await sleep_for(1s);
}
task<> s3_right() {
  co_await with_task_group([](task_group& group) -> task<> {
    group.spawn(step());
    co_await sleep_for(1s);
  });
}

TEST(SilentFailures, S3FireAndForget) {
  const auto found = explore(s3_pitfall);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  ASSERT_FALSE(found.findings.empty());
  EXPECT_THAT(found.findings[0].explanation, HasSubstr("never retrieved"));
  EXPECT_THAT(found.findings[0].report, HasSubstr("thrown by the fault"));
  EXPECT_THAT(explore(s3_right), SurvivesEveryFault());
}

// ---- S4: gather

struct shared_line {
  bool broken = false;
};
task<> breaks(std::shared_ptr<shared_line> line) {
  try {
    co_await step();
  } catch (...) {
    line->broken = true;
    throw;
  }
}
task<> notices(std::shared_ptr<shared_line> line) {
  co_await sleep_for(1s);
  if (line->broken) throw std::logic_error("the line is broken");
}

task<> s4_first_hides_the_rest() {
  const auto line = std::make_shared<shared_line>();
  co_await gather(breaks(line), notices(line));  // to blame
}
task<> s4_first_hides_the_rest_in_time() {
  const auto line = std::make_shared<shared_line>();
  try {
    co_await gather(breaks(line), notices(line));  // to blame
  } catch (const std::logic_error&) {
  } catch (...) {
    cofault::reported();
  }
  co_await sleep_for(2s);
}
task<> s4_values_unseen() {
  co_await gather(return_exceptions, step(), measure());  // to blame
}
task<> s4_values_looked_at() {
  const auto line = std::make_shared<shared_line>();
  const auto all = co_await gather(return_exceptions, breaks(line), notices(line), measure());
  std::vector<std::exception_ptr> errors;
  if (const auto e = std::get<0>(all).exception()) errors.push_back(e);
  if (const auto e = std::get<1>(all).exception()) errors.push_back(e);
  if (const auto e = std::get<2>(all).exception()) errors.push_back(e);
  if (!errors.empty()) throw exception_group(errors);
}

TEST(SilentFailures, S4Gather) {
  auto found = explore(s4_first_hides_the_rest_in_time);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  found = explore(s4_values_unseen);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s4_values_looked_at), SurvivesEveryFault());
  // The root ends with the first exception: the sibling has not failed when the world is destroyed.
  EXPECT_THAT(explore(s4_first_hides_the_rest), SurvivesEveryFault());
}

// ---- S5: exception() and result()

template <bool Asks>
task<> s5() {
  const handle<int> child = spawn(measure());
  co_await sleep_for(1s);
  int last = 0;
  const auto show = [&]() noexcept {
    if (!Asks || child.exception() == nullptr) last = child.result();
  };
  show();
  if (last == 0) cofault::reported();
}

TEST(SilentFailures, S5ExceptionAndResult) {
  const auto found = explore(s5<false>);
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_THAT(found.findings[0].property,
              testing::AnyOf("no exception ends in std::terminate", "the process survives"));
  EXPECT_THAT(found.findings[0].report, HasSubstr("terminate"));
  EXPECT_THAT(explore(s5<true>), SurvivesEveryFault());
}

// ---- S6: wait

template <bool Looks>
task<> s6() {
  const std::vector all{spawn(measure()), spawn(measure())};
  const auto ended = co_await wait(all);  // to blame
  for (const handle<int>& h : ended.done)
    if (Looks) h.result();
}
task<> s6_pending_stays_pending() {
  const auto slow = []() -> task<int> {
    co_await sleep_for(5s);
    co_return 1;
  };
  const std::vector all{spawn(measure()), spawn(slow())};
  const auto ended = co_await wait(all, return_when::first_completed);
  for (const handle<int>& h : ended.done) h.result();
  for (const handle<int>& h : ended.pending) co_await h;
}

TEST(SilentFailures, S6Wait) {
  const auto found = explore(s6<false>);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s6_pending_stays_pending), SurvivesEveryFault());
}

// S7 and S8 are about the boundary: see boundary_test.cpp.

// ---- S9: a cancellation arrives at an await

template <bool Raii>
task<> holds() {
  struct lease {
    std::uint32_t number = cofault::acquired("a lease");
    ~lease() { cofault::released(number); }
  };
  if constexpr (Raii) {
    const lease held;
    co_await sleep_for(1h);
  } else {
    const auto number = cofault::acquired("a lease");
    co_await sleep_for(1h);  // to blame
    cofault::released(number);
  }
}
template <bool Raii>
task<> s9() {
  const handle<> child = spawn(holds<Raii>());
  co_await sleep_for(1s);
  child.cancel();
  const std::vector one{child};
  co_await wait(one);
  if (child.exception() && !child.cancelled()) child.result();
}

TEST(SilentFailures, S9CancellationAndResources) {
  const auto found = explore(s9<false>);
  ASSERT_FALSE(found.findings.empty());
  EXPECT_TRUE(found.findings[0].smallest.empty()) << "in the run without faults";
  EXPECT_EQ(found.findings[0].property, "what is acquired is released");
  EXPECT_THAT(explore(s9<true>), SurvivesEveryFault());
}

// ---- S10: shield

task<> later() {
  co_await sleep_for(1s);
  co_await step();
}
template <bool Kept>
task<> s10() {
  const handle<> inner = spawn(later());
  const auto shielded = [](handle<> what) -> task<> {
    co_await shield(what);  // to blame
  };
  const handle<> outer = spawn(shielded(inner));
  co_await sleep_for(0s);
  outer.cancel();
  const std::vector one{outer};
  co_await wait(one);
  if (outer.exception() && !outer.cancelled()) outer.result();
  if (Kept) co_await inner;
  co_await sleep_for(2s);
}

TEST(SilentFailures, S10ShieldStopsNoException) {
  const auto found = explore(s10<false>);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s10<true>), SurvivesEveryFault());
}

// ---- S11: a catch-all eats the cancellation

template <bool Rethrows>
task<> s11() {
  try {
    co_await step();
  } catch (...) {  // to blame
    if (Rethrows) throw;
  }
  co_await yield();
}

TEST(SilentFailures, S11CatchAllEatsTheCancellation) {
  const auto cancels = cofault::options().inject(cofault::inject::throwing(cancelled()));
  const auto found = explore(s11<false>, cancels);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s11<true>, cancels), SurvivesEveryFault());
}

// ---- S12: nothing was thrown

task<> s12_no_await() { co_return; }

TEST(SilentFailures, S12NothingWasThrown) {
  EXPECT_THAT(explore(s12_no_await).error, HasSubstr("no await point"));
  const auto found =
      explore(s1_right, cofault::options().replay("runtime_test.cpp:elsewhere+0=throw:failed"));
  EXPECT_THAT(found.error, HasSubstr("was not reached"));
  EXPECT_FALSE(found.clean());
}

}  // namespace
