// SPDX-License-Identifier: BSL-1.0
// A selector that matches only what is reached behind a fault, or nothing at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "../support/task.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/property/surfacing.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using namespace cofault::inject;
using support::task;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

task<> advance(scheduler& s) { co_await s.yield(); }

constexpr unsigned step_back = __LINE__ + 1;
task<> roll_back(scheduler& s) { co_await s.yield(); }

// It rolls back if the step fails.
template <bool SwallowsSecond>
task<> work(scheduler& s) {
  std::exception_ptr failed;
  try {
    co_await advance(s);
  } catch (...) {
    failed = std::current_exception();
  }
  if (!failed) co_return;
  try {
    co_await roll_back(s);
  } catch (const std::logic_error&) {
    if (SwallowsSecond) co_return;
    throw;
  }
  std::rethrow_exception(failed);
}

task<> forgets_the_first(scheduler& s) {
  bool failed = false;
  try {
    co_await advance(s);
  } catch (const std::exception&) {
    failed = true;
  }
  if (failed) co_await roll_back(s);
}

// There is always another order to try.
task<> endless(scheduler& s) {
  task<> one = advance(s), other = advance(s);
  one.start();
  other.start();
  co_await advance(s);
  co_await s.sleep_for(std::chrono::seconds(1));
}

const std::runtime_error first("first");
const std::logic_error second("second");

options with(const auto&... injectors) { return options().inject(injectors...); }

auto in_the_roll_back(const auto& what) { return only(what, in("roll_back")); }

TEST(IdleSelector, IsNoneWhereAFaultLeads) {
  const auto how = with(only(throwing(first), in("advance")), in_the_roll_back(throwing(second)));
  const exploration found = explore(work<true>, how.judge(properties::surfacing()));
  ASSERT_EQ(found.findings.size(), 2u) << "both are swallowed: " << describe(found);
  for (const finding& f : found.findings) EXPECT_EQ(f.smallest.size(), 2u);
  EXPECT_EQ(explore(work<false>, how).error, "");
}

TEST(IdleSelector, IsAnErrorWhereNoFaultLeads) {
  EXPECT_THAT(explore(work<false>, with(in_the_roll_back(throwing(second)))).error,
              AllOf(HasSubstr("'in roll_back()' matches no await point that was reached"),
                    HasSubstr("if a fault leads there, name that one, too: "
                              "options().inject(usual(), only(…))")));
  EXPECT_THAT(
      explore(work<false>, with(throwing(first), only(throwing(second), in("roll_bak")))).error,
      HasSubstr("; did you mean 'roll_back'?"));
}

const std::string nothing_tried =
    "matches only what is reached behind a fault "
    "(idle_selectors_test.cpp:" +
    std::to_string(step_back) + "), and nothing was tried there";

TEST(IdleSelector, IsAnErrorWhereASearchDoesNotGo) {
  const auto how = with(throwing(first), in_the_roll_back(throwing(second)));
  EXPECT_THAT(explore(work<false>, how.search(search::exhaustive(1))).error,
              AllOf(HasSubstr("the selector 'in roll_back()' " + nothing_tried),
                    HasSubstr("search::exhaustive(2) and more try a second fault")));
  EXPECT_EQ(explore(work<false>, how.search(search::exhaustive(2))).error, "");
  EXPECT_THAT(explore(work<false>, with(throwing(first), in_the_roll_back(stop()))).error,
              AllOf(HasSubstr(nothing_tried), HasSubstr("but no cancellation")));
}

TEST(IdleSelector, OfARequestIsNone) {
  EXPECT_EQ(explore(work<false>, with(only(stop(), in("advance")))).error, "");
  EXPECT_THAT(explore(work<false>, with(throwing(first), only(stop(), in("advence")))).error,
              HasSubstr("; did you mean 'advance'?"));
}

TEST(IdleSelector, IsANoteBesideFindings) {
  const exploration result =
      explore(forgets_the_first, with(throwing(first), in_the_roll_back(throwing(second)),
                                      only(throwing(second), in("nowhere"))));
  EXPECT_EQ(result.error, "");
  EXPECT_FALSE(result.findings.empty());
  EXPECT_THAT(result.notes, Contains(HasSubstr("'in roll_back()' " + nothing_tried)));
  EXPECT_THAT(result.notes, Contains(HasSubstr("'in nowhere()' matches no await point")));
}

TEST(IdleSelector, IsAnErrorThatNamesTheBoundWhereTrialsRanOut) {
  const auto how = with(throwing(first), in_the_roll_back(throwing(second)));
  EXPECT_EQ(explore(work<false>, how.trials(1)).error, "") << "it is planned";
  const auto nowhere = with(throwing(first), only(throwing(second), in("nowhere")));
  EXPECT_THAT(
      explore(work<false>, nowhere.trials(1)).error,
      HasSubstr("; if a fault leads there, raise the bound that stopped the search before"));
  EXPECT_THAT(explore(work<false>, nowhere).error, Not(HasSubstr("bound")));
}

// It would depend on how fast the machine is.
TEST(IdleSelector, IsANoteWhereTimeRanOut) {
  const auto how = with(throwing(first), only(throwing(second), in("nowhere")));
  const exploration result =
      explore(endless, how.budget(std::chrono::milliseconds(1)).search(search::random(50'000)));
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.notes, Contains(HasSubstr("'in nowhere()' matches no await point")));
}

}  // namespace
