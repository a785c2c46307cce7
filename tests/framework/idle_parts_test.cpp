// SPDX-License-Identifier: BSL-1.0
// What a selector excludes, or names beside others, and no await point is like: said in a sentence,
// and no failure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>
#include <stdexcept>
#include <string>
#include <vector>

#include "../support/task.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using namespace cofault::inject;
using support::task;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr unsigned step = __LINE__ + 2;
task<> advance(scheduler& s) {
  co_await s.yield();
  co_await s.yield();
}

task<> clean_up(scheduler& s) {
  co_await s.yield();
  co_await s.yield();
}

// Only behind a fault is there a clean-up.
task<> work(scheduler& s) {
  std::exception_ptr failed;
  try {
    co_await advance(s);
  } catch (...) {
    failed = std::current_exception();
  }
  if (!failed) co_return;
  co_await clean_up(s);
  std::rethrow_exception(failed);
}

// What is injected where the selector matches, in a test that passes.
exploration explored(const selector& where) {
  const auto how = options().inject(usual(), only(usual(), where)).search(search::exhaustive(1));
  return explore(work, how);
}

std::vector<std::string> notes_on(const selector& where) {
  const exploration result = explored(where);
  EXPECT_THAT(result, SurvivesEveryFault());
  std::vector<std::string> out;
  for (const std::string& note : result.notes)
    if (note.find("in the selector") != note.npos) out.push_back(note);
  return out;
}

TEST(IdleParts, ANegationOfAFunction) {
  EXPECT_THAT(notes_on(!in("gone")),
              ElementsAre(AllOf(
                  HasSubstr("'in gone()' in the selector 'not (in gone())' matches no await point"),
                  HasSubstr("so it excludes nothing"), HasSubstr("correct it, or leave it out"),
                  HasSubstr("idle_parts_test.cpp:" + std::to_string(step)))));
  EXPECT_THAT(notes_on(!in("clean_ip")), ElementsAre(HasSubstr("did you mean 'clean_up'?")));
  EXPECT_THAT(notes_on(!in("clean_up")), IsEmpty()) << "it is reached behind a fault";
}

TEST(IdleParts, ANegationOfALine) {
  EXPECT_THAT(notes_on(!at("idle_parts_test.cpp", step - 1)),
              ElementsAre(HasSubstr("did you mean line " + std::to_string(step) + "?")));
  EXPECT_THAT(notes_on(!at("framework/idle_part_test.cpp", step)),
              ElementsAre(HasSubstr("did you mean 'framework/idle_parts_test.cpp'?")));
  EXPECT_THAT(notes_on(!at("idle_parts_test.cpp", step)), IsEmpty());
}

TEST(IdleParts, ANegationOfAnOperation) {
  EXPECT_THAT(notes_on(!operation("release")),
              ElementsAre(HasSubstr("'of operation release' in the selector")));
}

TEST(IdleParts, ANegationOfACoroutineOrAVisit) {
  EXPECT_THAT(notes_on(!coroutine(2)),
              ElementsAre(HasSubstr("no function had more than 1 coroutine")));
  EXPECT_THAT(notes_on(!visit(2)),
              ElementsAre(HasSubstr("one await point more often than 1 time")));
}

TEST(IdleParts, ANegationOfWhatTheTestSays) {
  const auto is = [](bool yes) {
    return selector("where I say", [yes](const await_point& p) { return yes && p.line == step; });
  };
  EXPECT_THAT(notes_on(!is(false)), ElementsAre(HasSubstr("'where I say' in the selector")));
  EXPECT_THAT(notes_on(!is(true)), IsEmpty());
}

TEST(IdleParts, InACombination) {
  EXPECT_THAT(notes_on(in("advance") && !in("gone")), ElementsAre(HasSubstr("'in gone()' in the")));
  EXPECT_THAT(notes_on(!(in("advance") || in("gone")) || in("advance")),
              ElementsAre(AllOf(HasSubstr("'in gone()' in the"), HasSubstr("excludes"))));
  EXPECT_THAT(notes_on(in("advance") || in("gone")),
              ElementsAre(AllOf(HasSubstr("'in gone()' in the"), HasSubstr("selects nothing"))));
  EXPECT_THAT(notes_on(!!in("gone") || in("advance")), ElementsAre(HasSubstr("selects nothing")));
  EXPECT_THAT(notes_on(!(in("advance") && visit(2))),
              ElementsAre(HasSubstr("'on visit 2' in the")));
  EXPECT_THAT(notes_on(!(in("advance") && in("clean_up"))),
              ElementsAre(HasSubstr("'in advance() and in clean_up()' in the")));
  EXPECT_THAT(notes_on(!(in("advance") && visit(1)) || in("advance")), IsEmpty());
}

TEST(IdleParts, AWholeSelectorStaysAnErrorAndSaysWhatWasMeant) {
  EXPECT_THAT(explored(in("leave")).error,
              AllOf(HasSubstr("'in leave()' matches no await point"), Not(HasSubstr("did you"))));
  EXPECT_THAT(explored(in("advanse")).error, HasSubstr("; did you mean 'advance'?"));
  EXPECT_THAT(explored(in("advance") && visit(3)).error,
              HasSubstr("; of 'on visit 3': no coroutine came to"));
}

TEST(IdleParts, NothingIsSaidOfABodyThatFails) {
  const auto body = [](scheduler& s) -> task<> {
    co_await s.yield();
    throw std::runtime_error("always");
  };
  const exploration result = explore(body, options().inject(only(usual(), !in("gone"))));
  EXPECT_THAT(result.failures, Not(IsEmpty()));
  EXPECT_THAT(result.notes, IsEmpty());
}

// A test that passes shows no notes, and many share their options.
TEST(IdleParts, IsPrintedOnceWhereTheTestPasses) {
  testing::internal::CaptureStderr();
  explored(!in("printed"));
  explored(!in("printed"));
  const std::string printed = testing::internal::GetCapturedStderr();
  const std::string text =
      "cofault: IdleParts.IsPrintedOnceWhereTheTestPasses: 'in printed()' in the selector";
  EXPECT_THAT(printed, testing::StartsWith(text));
  EXPECT_EQ(printed.find("cofault:", 1), printed.npos) << printed;
}

TEST(IdleParts, IsNotPrintedWhereTheFindingsTellIt) {
  testing::internal::CaptureStderr();
  const auto swallows = [](scheduler& s) -> task<> {
    try {
      co_await s.yield();
    } catch (...) {
    }
  };
  const exploration result = explore(swallows, options().inject(only(usual(), !in("told"))));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_THAT(describe(result), HasSubstr("note: 'in told()' in the selector"));
}

}  // namespace
