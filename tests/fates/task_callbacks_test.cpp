// SPDX-License-Identifier: BSL-1.0
// What becomes of an exception in a coroutine that nobody waits for: who starts it hands its end to
// a callback, or to nobody.
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../support/senders.hpp"
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

template <bool Told>
task<> forgets(scheduler& s) {
  if constexpr (Told)
    forget(step(s), [](std::exception_ptr) {});
  else
    forget(step(s));  // spawned here
  co_await s.sleep_for(std::chrono::seconds(1));
}

// Two promises have it then: that of the task, and that of who forgot it.
TEST(TaskCallbacks, DroppedIfItWasThrownOnAndKeptOnceMore) {
  EXPECT_EQ(fates(forgets<true>), "surfaced");
  const told t = fault_in(forgets<false>);
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

// ---- library code that is no coroutine catches what ended it

senders::task<void> sends(scheduler& s) {
  co_await s.yield();  // until here it is a part of who starts it
  co_await s.yield();
}

enum class and_then { nothing, looks, prints, is_declared };

template <and_then What>
task<> starts_a_sender(scheduler& s) {
  const auto then = [](const std::exception_ptr& error) {
    if (What == and_then::nothing || What == and_then::is_declared) return;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      if (What == and_then::prints) std::puts(e.what());
    }
  };
  if constexpr (What == and_then::is_declared)
    senders::start_detached(sends(s), then);  // cofault: deliberate
  else
    senders::start_detached(sends(s), then);
  co_await s.sleep_for(std::chrono::seconds(1));
}

std::vector<std::string> notes(task<> (*program)(scheduler&)) {
  const auto result = cofault::explore(program, cofault::options(), {});
  EXPECT_THAT(result.findings, testing::IsEmpty()) << describe(result);
  return result.notes;
}

// What it gave away may have been looked at, as a value, or not.
TEST(TaskCallbacks, UndecidedIfLibraryCodeCaughtItAndNobodyThrewItAgain) {
  using testing::AllOf;
  using testing::ContainsRegex;
  using testing::HasSubstr;
  EXPECT_EQ(fates(starts_a_sender<and_then::nothing>, cofault::options(), 2), "undecided");
  EXPECT_THAT(notes(starts_a_sender<and_then::nothing>),
              ElementsAre(AllOf(HasSubstr("undecided: the exception that ended sends(), which was "
                                          "spawned at task_callbacks_test.cpp:"),
                                ContainsRegex("was caught in .*end\\(\\) (at|in) senders.hpp"),
                                HasSubstr("write \"// cofault: deliberate\" on the line that "
                                          "spawned it"))));
  EXPECT_THAT(notes(starts_a_sender<and_then::is_declared>), testing::IsEmpty());
  EXPECT_THAT(notes(starts_a_sender<and_then::looks>), testing::IsEmpty());
  EXPECT_EQ(fates(starts_a_sender<and_then::prints>, cofault::options(), 2), "surfaced");
}

// It outlives its coroutine, but nobody took it.
TEST(TaskCallbacks, DroppedIfNobodyAsksAFuture) {
  EXPECT_EQ(fates(has_a_future<true>), "surfaced");
  const told t = fault_in(has_a_future<false>);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("// spawned here")));
}

}  // namespace
