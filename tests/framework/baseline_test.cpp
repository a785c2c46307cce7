// SPDX-License-Identifier: BSL-1.0
// The ratchet: what is new fails, what is known passes with a note, what is gone asks to be
// deleted.
#include "cofault/baseline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../support/baseline_work.hpp"
#include "cofault/detail/root.hpp"

COFAULT_USER_CODE("/nonexistent/moved.cpp");

namespace {

using namespace support;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Ratchet = ratchet_test;

task<> unread(scheduler& s);  // its source is not to be found

TEST_F(Ratchet, WhatIsNewFails) {
  write_file("known.txt", entry(yields));
  const auto result = explore_work(first_version(), how_);
  EXPECT_FALSE(result.clean());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_THAT(result.findings[0].report, HasSubstr(sleeps));
  EXPECT_THAT(result.known, testing::SizeIs(1));
}

TEST_F(Ratchet, WhatIsKnownPassesWithANote) {
  write_file("known.txt", "# ticket 7\n" + entry(yields) + "\n" + entry(sleeps));
  const auto result = explore_work(first_version(), how_);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_TRUE(result.complete);
  ASSERT_EQ(result.known.size(), 2u);
  EXPECT_THAT(result.known[0].report, HasSubstr("violated")) << "a finding like any other";
  EXPECT_THAT(result.notes, ElementsAre("2 known findings (baseline known.txt:2, known.txt:4)"));
  EXPECT_THAT(describe(result),
              AllOf(HasSubstr("0 findings, 2 known\n"), HasSubstr("note: 2 known findings"),
                    Not(HasSubstr("violated"))));
}

TEST_F(Ratchet, OneKnownFindingIsNotedInTheSingular) {
  write_file("known.txt", entry(sleeps));
  EXPECT_THAT(explore_work(fixed(), how_).notes,
              ElementsAre("1 known finding (baseline known.txt:1)"));
}

TEST_F(Ratchet, EditsElsewhereInTheFileDoNotMatter) {
  write_file("known.txt", entry(yields) + entry(sleeps));
  const auto result = explore_work(moved(), how_);
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.known.size(), 2u);
}

TEST_F(Ratchet, AnEditOfTheLineMakesANewFinding) {
  write_file("known.txt", entry(yields) + entry(sleeps_more));
  const auto result = explore_work(first_version(), how_);
  EXPECT_EQ(result.findings.size(), 1u) << describe(result);
}

TEST_F(Ratchet, EachFieldCounts) {
  for (const auto& [from, to] : {std::pair("Ratchet", "Racket"), std::pair("no fault", "a fault"),
                                 std::pair("baseline_work.hpp", "other.hpp"),
                                 std::pair(":work", ":play"), std::pair("yield", "field")}) {
    std::string line = entry(yields);
    line.replace(line.find(from), std::string(from).size(), to);
    write_file("known.txt", line + entry(sleeps));
    EXPECT_EQ(explore_work(first_version(), how_).findings.size(), 1u) << line;
    detail::test_begins();
  }
}

TEST_F(Ratchet, WhatIsGoneAsksToBeDeletedAndPasses) {
  write_file("known.txt", entry(yields) + entry(sleeps));
  testing::internal::CaptureStderr();
  const auto result = explore_work(fixed(), how_);
  const std::string printed = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(result.clean()) << describe(result);
  const std::string asked =
      "the baseline known.txt:1 was not found again; delete that line: " + entry(yields);
  EXPECT_THAT(describe(result), HasSubstr("note: " + asked));
  EXPECT_EQ(printed, "cofault: " + this_test() + ": " + asked) << "a passing test prints no notes";
  EXPECT_EQ(read_file("known.txt"), entry(yields) + entry(sleeps)) << "nobody asked for an update";
}

TEST_F(Ratchet, WhatASearchThatWasCutDidNotFindIsNotJudged) {
  write_file("known.txt", entry(yields) + entry(sleeps));
  const auto result = explore_work(first_version(), how_.trials(1));
  EXPECT_FALSE(result.complete);
  EXPECT_TRUE(result.clean());
  EXPECT_THAT(result.notes, Contains("1 finding of the baseline known.txt did not occur, which is "
                                     "not judged: not everything was covered"));
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("delete"))));
}

TEST_F(Ratchet, OtherTestsEntriesAreNotJudged) {
  write_file("known.txt", line_of("Other.Test", yields) + entry(sleeps));
  EXPECT_THAT(explore_work(fixed(), how_).notes, testing::SizeIs(1));
}

TEST_F(Ratchet, EachExplorationOfATestHasItsOwnEntries) {
  write_file("known.txt", entry(sleeps) + line_of(this_test() + "#2", yields) +
                              line_of(this_test() + "#2", sleeps));
  EXPECT_THAT(explore_work(fixed(), how_).notes, testing::SizeIs(1));
  const auto second = explore_work(first_version(), how_);
  EXPECT_EQ(second.known.size(), 2u) << describe(second);
  EXPECT_THAT(explore_work(fixed(), how_).findings, testing::SizeIs(1)) << "the third";
}

TEST_F(Ratchet, ARepeatedTestStartsAnew) {
  if (std::getenv("COFAULT_TEST_REPEATED") == nullptr) {
    ::setenv("COFAULT_TEST_REPEATED", "1", 1);
    const std::string again = std::filesystem::read_symlink("/proc/self/exe").string() +
                              " --gtest_filter=" + this_test() + " --gtest_repeat=3 > log";
    EXPECT_EQ(std::system(again.c_str()), 0) << read_file("log");
    ::unsetenv("COFAULT_TEST_REPEATED");
  }
  write_file("known.txt", entry(sleeps));
  EXPECT_TRUE(explore_work(fixed(), how_).clean());
  EXPECT_FALSE(explore_work(fixed(), how_).clean());
}

TEST_F(Ratchet, ANameOfItsOwnStandsForTheTest) {
  write_file("known.txt", line_of("pool", sleeps));
  EXPECT_TRUE(explore_work(fixed(), with_faults().baseline("known.txt", "pool")).clean());
}

TEST_F(Ratchet, TheEnvironmentNamesAFileForAll) {
  write_file("known.txt", entry(sleeps));
  ::setenv("COFAULT_BASELINE", "known.txt", 1);
  EXPECT_TRUE(explore_work(fixed(), with_faults()).clean());
  ::setenv("COFAULT_BASELINE", "", 1);
  EXPECT_FALSE(explore_work(fixed(), with_faults()).clean());
  ::setenv("COFAULT_BASELINE", "none.txt", 1);
  EXPECT_THAT(explore_work(fixed(), with_faults()).error,
              AllOf(HasSubstr("none.txt"), HasSubstr("COFAULT_BASELINE")));
  write_file("mine.txt", line_of(this_test() + "#3", sleeps));
  EXPECT_TRUE(explore_work(fixed(), with_faults().baseline("mine.txt")).clean()) << "options win";
}

TEST_F(Ratchet, AReplayShowsWhatIsKnown) {
  write_file("known.txt", entry(sleeps));
  const auto known = explore_work(fixed(), how_).known;
  ASSERT_EQ(known.size(), 1u);
  const auto again = explore_work(fixed(), how_.replay(encode(known[0].smallest)));
  EXPECT_EQ(again.findings.size(), 1u) << describe(again);
}

TEST_F(Ratchet, InThisProcessItIsTheSame) {
  write_file("known.txt", entry(yields) + entry(sleeps));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(explore_work(fixed(), how_.in_process()).clean());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("delete that line"));
}

TEST_F(Ratchet, WhatLeavesNothingTestedStaysAFinding) {
  const auto dies = [](scheduler& s) -> task<> {
    co_await s.yield();
    std::abort();
  };
  update();
  const auto result = explore(dies, options().baseline("known.txt"));
  EXPECT_EQ(result.trials, 0u);
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_THAT(read_file("known.txt"), Not(HasSubstr(this_test())));
  no_update();
  write_file("known.txt", to_line(as_known(result.findings[0], this_test() + "#2")));
  const auto again = explore(dies, options().baseline("known.txt"));
  EXPECT_FALSE(again.clean());
  EXPECT_THAT(again.notes, Contains(HasSubstr("no fault was tried")));
}

TEST_F(Ratchet, WithoutTheSourceTheTextIsAQuestionMark) {
  const std::string line = " | no fault was executed | moved.cpp:unread | ";
  write_file("known.txt", this_test() + line + "?\n");
  const auto result = explore(unread, how_);
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_THAT(result.notes, Contains(HasSubstr("COFAULT_SOURCE_ROOT")));

  write_file("known.txt", this_test() + "#2" + line + "co_await s.yield();\n");
  const auto other = explore(unread, how_);
  EXPECT_EQ(other.findings.size(), 1u) << "it matches only itself";
  EXPECT_THAT(other.notes, Not(Contains(HasSubstr("delete")))) << "that line may still be there";
}

#line 1 "/nonexistent/moved.cpp"
task<> unread(scheduler& s) { co_await s.yield(); }

}  // namespace
