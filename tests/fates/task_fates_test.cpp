// SPDX-License-Identifier: BSL-1.0
// Every row of docs/fates.md in programs of our own task type.
#include "task_fates.hpp"

#include <chrono>
#include <coroutine>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../support/cancellable.hpp"
#include "../support/exploring.hpp"
#include "cofault/inject/throwing.hpp"
#include "handled_rows.hpp"
#include "joined_rows.hpp"
#include "terminated_rows.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace support;
using cofault::scheduler;
using testing::ElementsAre;
using testing::HasSubstr;

INSTANTIATE_TYPED_TEST_SUITE_P(Task, Handled, task_world);
INSTANTIATE_TYPED_TEST_SUITE_P(Task, Joined, task_world);
INSTANTIATE_TYPED_TEST_SUITE_P(Task, Terminated, task_world);

task<> step(scheduler& s) { co_await s.yield(); }

// ---- dropped

template <bool Awaited>
task<> forks(scheduler& s) {
  task<> child = step(s);
  child.start();  // spawned here
  co_await s.sleep_for(std::chrono::seconds(1));
  if (Awaited) co_await std::move(child);
}

TEST(TaskFates, DroppedIfNobodyAsks) {
  const told t = fault_in(forks<false>);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("// spawned here")));
  EXPECT_EQ(fates(forks<true>), "surfaced");
}

// Though its type stands for a cancellation. (Where the fault strikes forks() itself, it destroys a
// child that is still scheduled.)
TEST(TaskFates, WhatAFaultThrewMayNotBeDropped) {
  const auto how = cofault::options()
                       .inject(cofault::inject::throwing(operation_cancelled()))
                       .cancellation<operation_cancelled>();
  const auto lost_by = [&](auto program) {
    return about(cofault::explore(program, how, {}), "every exception surfaces");
  };
  const auto dropped = lost_by(forks<false>);
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_THAT(dropped[0].report, HasSubstr("// spawned here\n"));
  EXPECT_THAT(lost_by(forks<true>), testing::IsEmpty());
}

// ---- dropped, and made in a co_await expression, whose calls g++ puts on the closing brace

using task_list = std::vector<task<>>;

std::suspend_never start(task_list& kept, task<> work) {
  work.start();
  kept.push_back(std::move(work));
  return {};
}

task<> spawns_first(scheduler& s, task_list& kept) {
  co_await start(kept, step(s));  // spawned here
  co_await s.sleep_for(std::chrono::seconds(1));
}

task<> spawns_at_once(scheduler& s) {
  task_list kept;
  co_await spawns_first(s, kept);
}

task<> spawns_behind_other_code(scheduler& s) {
  task_list kept;
  if (kept.empty()) {
    co_await start(kept, step(s));  // spawned here
  }
  co_await s.sleep_for(std::chrono::seconds(1));
}

task<> spawns_behind_an_await(scheduler& s) {
  task_list kept;
  co_await s.sleep_for(std::chrono::seconds(1));
  co_await start(kept, step(s));  // spawned here
  co_await s.sleep_for(std::chrono::seconds(1));
}

std::suspend_never start_with(task_list& kept, task<> work, void (*callback)()) {
  callback();
  return start(kept, std::move(work));
}

task<> spawns_with_a_callback(scheduler& s) {
  task_list kept;
  const auto other = std::make_shared<int>(1);
  co_await start_with(kept, step(s), [] {
    static std::size_t calls = 0;
    if (++calls == 0) std::terminate();
  });
  co_await s.sleep_for(std::chrono::seconds(*other));
}

TEST(TaskFates, DroppedWhereItWasMadeInAnAwaitThatTakesALambda) {
  const told t = fault_in(spawns_with_a_callback);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("co_await start_with(kept, step(s), [] {")));
}

TEST(TaskFates, DroppedWhereItWasMadeInAnAwait) {
  for (const auto program : {&spawns_at_once, &spawns_behind_other_code, &spawns_behind_an_await}) {
    const told t = fault_in(program, cofault::options(), program == &spawns_behind_an_await);
    EXPECT_EQ(t.fates, "dropped");
    EXPECT_THAT(t.lost, ElementsAre(line("// spawned here")));
  }
}

TEST(TaskFates, TheReportTellsTheStory) {
  const auto result = cofault::explore(forks<false>, cofault::options(), {});
  ASSERT_FALSE(result.findings.empty());
  const std::string& report = result.findings[0].report;
  EXPECT_THAT(report, HasSubstr("  story    cofault::injected_error, thrown by the fault\n"));
  EXPECT_THAT(report, HasSubstr("left step()\n"));
  EXPECT_THAT(report, HasSubstr("died with the coroutine that was spawned at task_fates_test.cpp"));
  EXPECT_THAT(report, HasSubstr("  accept   "));
}

// ---- surfaced outside of the coroutines

template <bool Thrown>
task<> asks_in_the_loop(scheduler& s) {
  const auto child = std::make_shared<task<>>(step(s));
  child->start();  // spawned here
  s.post_after(std::chrono::milliseconds(1), [child] {
    if (Thrown) child->await_resume();
  });
  co_await s.sleep_for(std::chrono::milliseconds(2));
}

TEST(TaskFates, SurfacedIfItLeavesTheEventLoop) {
  EXPECT_EQ(fates(asks_in_the_loop<true>), "surfaced");
  const told t = fault_in(asks_in_the_loop<false>);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("// spawned here")));
}

task<> leaves_it_to_the_library(scheduler& s) { co_await try_once(step(s)); }

task<> try_once_here(task<> work) {
  try {
    co_await std::move(work);
  } catch (...) {  // swallowed here
  }
}
task<> leaves_it_to_the_program(scheduler& s) { co_await try_once_here(step(s)); }

TEST(TaskFates, SurfacedIfLibraryCodeHandlesIt) {
  EXPECT_EQ(fates(leaves_it_to_the_library), "surfaced");
  const told t = fault_in(leaves_it_to_the_program);
  EXPECT_EQ(t.fates, "swallowed");
  EXPECT_THAT(t.lost, ElementsAre(line("// swallowed here")));
}

// ---- a sink that throws

// A sink that fails itself while it is told.
enum class broken_sink { before_printing, after_printing, guarded };

void write_log(broken_sink how) {
  if (how == broken_sink::after_printing) std::fputs("failed: ", stderr);
  throw std::runtime_error("the disk is full");
}

template <broken_sink How>
task<> logs_to_a_broken_sink(scheduler& s) {
  try {
    co_await step(s);
  } catch (const std::exception&) {
    if (How != broken_sink::guarded) write_log(How);
    try {
      write_log(How);
    } catch (const std::exception&) {
    }
  }
}

template <broken_sink How>
task<> survives_a_broken_sink(scheduler& s) {
  try {
    co_await logs_to_a_broken_sink<How>(s);
  } catch (const std::exception&) {
  }
}

TEST(TaskFates, OfASinkThatThrows) {
  // What the sink threw takes the place of what it was told.
  EXPECT_EQ(fates(logs_to_a_broken_sink<broken_sink::before_printing>), "translated surfaced");
  EXPECT_EQ(fates(logs_to_a_broken_sink<broken_sink::after_printing>), "translated surfaced");
  EXPECT_EQ(fates(survives_a_broken_sink<broken_sink::before_printing>), "translated swallowed");
  // Nothing was printed, and the sink's failure is the handler's own affair.
  EXPECT_EQ(fates(logs_to_a_broken_sink<broken_sink::guarded>), "swallowed unjudged");
}

// ---- a function looks into what the coroutine has kept: its handler is the last that had it

std::string in_words(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

template <bool ByFunction>
task<> keeps_words(scheduler& s) {
  std::exception_ptr failed;
  std::string words;
  try {
    co_await step(s);
  } catch (const std::exception& e) {
    failed = std::current_exception();
    words = e.what();
  }
  if (ByFunction && failed) words = in_words(failed);
  co_await s.yield();
}

TEST(TaskFates, AHandlerIsToldWithTheFunctionThatHasIt) {
  const auto because = [](auto body) { return cofault::explore(body).findings.at(0).explanation; };
  EXPECT_THAT(because(keeps_words<false>), HasSubstr("this handler in keeps_words() ended"));
  EXPECT_THAT(because(keeps_words<true>),
              HasSubstr("this handler in in_words(), called by keeps_words(), ended"));
}

}  // namespace
