// SPDX-License-Identifier: BSL-1.0
// What becomes of an exception that a join keeps whose own coroutines are not instrumented: what
// the program throws on has surfaced, and of what it never throws nobody can tell whether it
// looked.
#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "../support/cancellable.hpp"
#include "../support/detached.hpp"
#include "../support/library_code.hpp"
#include "../support/when_all.hpp"
#include "cofault/inject/throwing.hpp"
#include "task_fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace support;
using cofault::scheduler;
using testing::AllOf;
using testing::ContainsRegex;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

task<> step(scheduler& s) { co_await s.sleep_for(std::chrono::milliseconds(1)); }

task<> asks_both(scheduler& s) {
  const auto parts = co_await when_all(step(s), step(s));
  for (const part& p : parts) p.get();
}
task<> asks_nobody(scheduler& s) {
  static_cast<void>(co_await when_all(step(s), step(s)));  // joined here
  co_await s.yield();
}
task<> looks_at_both(scheduler& s) {
  bool failed = false;
  {
    const auto parts = co_await when_all(step(s), step(s));  // cofault: deliberate
    for (const part& p : parts) failed = failed || p.failed();
  }
  if (!failed) co_await s.yield();
}
task<> looks_at_both_of_two_lines(scheduler& s) {
  bool failed = false;
  {
    const auto parts = co_await when_all(  // cofault: deliberate
        step(s), step(s));
    for (const part& p : parts) failed = failed || p.failed();
  }
  if (!failed) co_await s.yield();
}
task<> prints(scheduler& s) {
  const auto parts = co_await when_all(step(s), step(s));
  for (const part& p : parts) try {
      p.get();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
    }
}

task<> logs(scheduler& s) {
  try {
    co_await s.sleep_for(std::chrono::milliseconds(1));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    throw;
  }
}
task<> asks_nobody_of_those_who_log(scheduler& s) {
  static_cast<void>(co_await when_all(logs(s), logs(s)));
  co_await s.yield();
}
task<> tells_by_another_exception(scheduler& s) {
  bool failed = false;
  {
    const auto parts = co_await when_all(step(s), step(s));
    for (const part& p : parts) failed = failed || p.failed();
  }
  if (failed) throw std::runtime_error("one of them failed");
}

std::vector<std::string> notes(task<> (*program)(scheduler&)) {
  const auto result = cofault::explore(program, cofault::options(), {});
  EXPECT_THAT(result.findings, IsEmpty()) << describe(result);
  return result.notes;
}

TEST(UnseenJoin, UndecidedIfItWasNeverThrownAgain) {
  EXPECT_EQ(fates(asks_nobody), "undecided");
  EXPECT_THAT(
      notes(asks_nobody),
      ElementsAre(AllOf(HasSubstr("undecided: what asks_nobody() awaits at task_unseen_join_test"),
                        HasSubstr(" kept an exception that was never thrown again, in "),
                        ContainsRegex("make_part\\(\\) (at|in) when_all.hpp"),
                        HasSubstr("say COFAULT_INSTRUMENT for the type it returns"))));
  EXPECT_THAT(notes(looks_at_both), IsEmpty());  // it is declared
  EXPECT_THAT(notes(looks_at_both_of_two_lines), IsEmpty());
}

template <bool Throws>
task<> joins_in_library_code(scheduler& s) {
  co_await join_and_keep<Throws>(step(s), step(s));
  co_await s.yield();
}

// A join that is seen, but catches and keeps.
TEST(UnseenJoin, UndecidedIfAHandlerOfTheJoinKeptIt) {
  EXPECT_EQ(fates(joins_in_library_code<false>), "undecided");
  EXPECT_THAT(notes(joins_in_library_code<false>),
              ElementsAre(AllOf(HasSubstr("undecided: what joins_in_library_code() awaits at "),
                                HasSubstr("keep_first_error() at joins.hpp"),
                                EndsWith("not known: if somebody did, write \"// cofault: "
                                         "deliberate\" on the line of that await"))));
  EXPECT_EQ(fates(joins_in_library_code<true>), "surfaced");
  EXPECT_THAT(notes(joins_in_library_code<true>), IsEmpty());
}

TEST(UnseenJoin, NothingIsSaidOfACancellation) {
  const auto how = cofault::options()
                       .inject(cofault::inject::throwing(operation_cancelled()))
                       .cancellation<operation_cancelled>();
  EXPECT_THAT(cofault::explore(asks_nobody, how, {}).notes, IsEmpty());
}

TEST(UnseenJoin, SurfacedIfItWasThrownOn) {
  EXPECT_EQ(fates(asks_both), "surfaced");
  EXPECT_EQ(fates(prints), "reported");
  EXPECT_THAT(notes(asks_both), IsEmpty());
  EXPECT_THAT(notes(prints), IsEmpty());
}

TEST(UnseenJoin, SurfacedIfItWasLoggedOrToldByAnotherOne) {
  EXPECT_THAT(notes(asks_nobody_of_those_who_log), IsEmpty());
  EXPECT_THAT(notes(tells_by_another_exception), IsEmpty());
}

task<> is_patient(scheduler& s) {
  const auto parts = co_await when_all(twice([&s] { return step(s); }));
  parts[0].get();
}

task<> leaves_it_to_a_library(scheduler& s) {
  co_await when_all(make_careless_part(step(s)));
  co_await s.yield();
}

TEST(UnseenJoin, NothingIsSaidOfWhatTheLibraryEndsItself) {
  EXPECT_EQ(fates(leaves_it_to_a_library), "surfaced");
  EXPECT_THAT(notes(leaves_it_to_a_library), IsEmpty());
}

TEST(UnseenJoin, RetriedIfTheLibraryTriesAgain) {
  EXPECT_EQ(fates(is_patient), "retried");
  EXPECT_THAT(notes(is_patient), IsEmpty());
}

// ---- what happens within a library

task<> calls_a_library(scheduler& s) {
  co_await library_that_drops_an_error(s);
  co_await s.yield();
}

TEST(Library, WhatItMakesAndDropsIsItsOwnAffair) {
  EXPECT_EQ(fates(calls_a_library, cofault::options(), 1), "unjudged surfaced");
  EXPECT_THAT(notes(calls_a_library), IsEmpty());
}

// ---- a join that runs inside of a coroutine of the program

struct at_once {
  bool await_ready() { return true; }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() {}
};
task<> ends_at_once() { co_await at_once(); }

template <bool Throws>
task<> looks_in_passing(scheduler& s) {
  const auto all = std::make_shared<part::join>();
  all->left = 2;
  part p = make_part(ends_at_once());
  p.start(all);
  if (Throws) try {
      p.get();
    } catch (const std::exception&) {  // swallowed here
    }
  co_await s.yield();
}

task<> starts_a_careless_part(scheduler& s) {
  const auto all = std::make_shared<part::join>();
  all->left = 2;
  part p = make_careless_part(ends_at_once());
  p.start(all);
  co_await s.yield();
}

TEST(UnseenJoin, IsNoHandlerOfWhoRunsMeanwhile) {
  EXPECT_THAT(notes(looks_in_passing<false>),
              ElementsAre(AllOf(ContainsRegex("make_part\\(\\) (at|in) when_all.hpp"),
                                HasSubstr("say COFAULT_INSTRUMENT for the type it returns"))));
  EXPECT_THAT(notes(starts_a_careless_part), IsEmpty());
  const auto result = cofault::explore(looks_in_passing<true>, cofault::options(), {});
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_THAT(result.findings[0].report, HasSubstr("// swallowed here\n"));
}

// ---- of several exceptions the root's outcome is only one

detached fails_at_once() {
  co_await at_once();
  throw std::runtime_error("and one more");
}
template <bool Loses>
task<> fails_while_it_fails(scheduler& s) {
  try {
    co_await s.yield();
  } catch (...) {
    if (Loses) fails_at_once();  // lost here
    throw;
  }
}

TEST(Outcome, OfTheRootHidesNoOtherException) {
  const auto result = cofault::explore(fails_while_it_fails<true>, cofault::options(), {});
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_THAT(result.findings[0].report, HasSubstr("// lost here\n"));
  EXPECT_THAT(notes(fails_while_it_fails<false>), IsEmpty());
}

}  // namespace
