// SPDX-License-Identifier: BSL-1.0
// What becomes of an exception in a coroutine that nobody waits for: who starts it hands its end to
// a callback, or to nobody.
#include <chrono>
#include <memory>
#include <utility>

#include "callbacks.hpp"
#include "task_fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace support;
using cofault::scheduler;
using testing::ElementsAre;

task<> step(scheduler& s) { co_await s.yield(); }

template <bool Told>
task<> starts(scheduler& s) {
  const auto failures = std::make_shared<int>(0);
  if constexpr (Told)
    start(step(s), [failures](const ended& e) { *failures += e.failed() ? 1 : 0; });
  else
    start(step(s));  // spawned here
  co_await s.sleep_for(std::chrono::seconds(1));
}

TEST(TaskCallbacks, SurfacedIfACallbackGotItAsAValue) {
  EXPECT_EQ(fates(starts<true>), "surfaced");
  const told t = fault_in(starts<false>);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("// spawned here")));
}

// The callback keeps what it got, and the task is still there when that dies.
template <bool Told>
task<> keeps_the_end(scheduler& s) {
  task<> child = step(s);
  child.start();  // spawned here
  co_await s.sleep_for(std::chrono::seconds(1));
  if (Told) {
    const ended e(std::exchange(child.coroutine().promise().error, nullptr));
    static_cast<void>(e.failed());
  }
}

TEST(TaskCallbacks, SurfacedIfItWasTakenFromATask) {
  EXPECT_EQ(fates(keeps_the_end<true>), "surfaced");
  const told t = fault_in(keeps_the_end<false>);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("// spawned here")));
}

// Made here and there, started by the line that hands it over.
void starts_it(task<>& work) { work.start(); }

template <bool ByWhoMadeIt>
task<> starts_later(scheduler& s) {
  task<> child = ByWhoMadeIt ? step(s) : task<>(step(s));  // made here
  co_await s.yield();
  if (ByWhoMadeIt)
    starts_it(child);  // handed over here
  else
    s.post(std::coroutine_handle<>(child.coroutine()));
  co_await s.sleep_for(std::chrono::seconds(1));
}

TEST(TaskCallbacks, BlamedOnTheLineThatStartsIt) {
  const told by_maker = fault_in(starts_later<true>, cofault::options(), 1);
  EXPECT_THAT(by_maker.lost, ElementsAre(line("// handed over here"))) << by_maker.fates;
  const told by_loop = fault_in(starts_later<false>, cofault::options(), 2);
  EXPECT_THAT(by_loop.lost, ElementsAre(line("// made here"))) << by_loop.fates;
}

future runs_on(scheduler& s) { co_await s.yield(); }

template <bool Asked>
task<> has_a_future(scheduler& s) {
  const future f = runs_on(s);  // spawned here
  co_await s.sleep_for(std::chrono::seconds(1));
  if (Asked) f.get();
}

// It outlives its coroutine, but nobody took it.
TEST(TaskCallbacks, DroppedIfNobodyAsksAFuture) {
  EXPECT_EQ(fates(has_a_future<true>), "surfaced");
  const told t = fault_in(has_a_future<false>);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("// spawned here")));
}

}  // namespace
