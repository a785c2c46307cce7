// SPDX-License-Identifier: BSL-1.0
// The ratchet: what is new fails, what is known passes with a note, what is gone asks to be
// deleted.
#include "cofault/baseline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "../support/baseline_scratch.hpp"
#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);
COFAULT_USER_CODE("/nonexistent/moved.cpp");

namespace {

using namespace cofault;
using namespace std::chrono_literals;
using support::read_file;
using support::task;
using support::untouched;
using support::write_file;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// One coroutine in the course of time: overloads have one name.
struct first_version {};
struct moved {};
struct fixed {};
struct worse {};

task<> work(scheduler& s, first_version) {
  co_await s.yield();
  co_await s.sleep_for(1s);
}

task<> work(scheduler& s, moved) {
  const int unrelated = 1;
  co_await s.yield();
  if (unrelated == 1) {
    co_await s.sleep_for(1s);
  }
}

task<> work(scheduler& s, fixed) {
  // it yields no more
  co_await s.sleep_for(1s);
}

task<> work(scheduler& s, worse) {
  co_await s.yield();
  co_await s.sleep_for(1s);
  co_await s.sleep_for(2s);
}

task<> unread(scheduler& s);  // its source is not to be found

options with_faults() { return options().inject(inject::throwing(1)).judge(untouched()); }

template <class Version>
exploration explore_work(Version v, const options& how) {
  return explore([v](scheduler& s) -> task<> { return work(s, v); }, how);
}

std::string line_of(const std::string& test, const std::string& source) {
  return test + " | no fault was executed | baseline_test.cpp:work | " + source + "\n";
}
const std::string yields = "co_await s.yield();", sleeps = "co_await s.sleep_for(1s);",
                  sleeps_more = "co_await s.sleep_for(2s);";

std::string this_test() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return std::string(test->test_suite_name()) + "." + test->name();
}

class Ratchet : public support::in_scratch_folder {
 protected:
  static std::string entry(const std::string& source) { return line_of(this_test(), source); }
  static void update(const char* value = "1") { ::setenv("COFAULT_UPDATE_BASELINE", value, 1); }
  static void no_update() { ::unsetenv("COFAULT_UPDATE_BASELINE"); }

  options how_ = with_faults().baseline("known.txt");
};

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
                                 std::pair("baseline_test.cpp", "other.cpp"),
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

// updating

TEST_F(Ratchet, AnUpdateMakesTheFile) {
  update();
  const auto result = explore_work(first_version(), how_);
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.known.size(), 2u);
  EXPECT_THAT(result.notes, Contains("the baseline known.txt was updated: 2 added, 0 deleted"));
  EXPECT_THAT(read_file("known.txt"),
              AllOf(StartsWith("# "), testing::EndsWith("\n\n" + entry(sleeps) + entry(yields))));
  EXPECT_FALSE(std::filesystem::exists("known.txt.new"));
}

TEST_F(Ratchet, AnUpdateKeepsOthersAndComments) {
  write_file("known.txt", "# the head\n\n# ours\n" + line_of("A.Test", yields) + "# ticket 7\n" +
                              entry(yields) + "# the end\n");
  update();
  static_cast<void>(explore_work(worse(), how_));
  EXPECT_EQ(read_file("known.txt"), "# the head\n\n# ours\n" + line_of("A.Test", yields) +
                                        entry(sleeps) + entry(sleeps_more) + "# ticket 7\n" +
                                        entry(yields) + "# the end\n");
}

TEST_F(Ratchet, AnUpdateDeletesWhatIsGone) {
  write_file("known.txt", "# mine\n" + entry(yields) + entry(sleeps) + line_of("Z.Test", yields));
  update();
  const auto result = explore_work(fixed(), how_);
  EXPECT_EQ(read_file("known.txt"), "# mine\n" + entry(sleeps) + line_of("Z.Test", yields))
      << "the comment is kept";
  EXPECT_THAT(result.notes, Contains(HasSubstr("0 added, 1 deleted")));
}

TEST_F(Ratchet, AnUpdateOfASearchThatWasCutDeletesNothing) {
  write_file("known.txt", entry(sleeps) + entry(yields));
  update();
  static_cast<void>(explore_work(first_version(), how_.trials(1)));
  EXPECT_EQ(read_file("known.txt"), entry(sleeps) + entry(yields));
}

TEST_F(Ratchet, AnUpdateWithoutNewsWritesNothing) {
  write_file("known.txt", entry(sleeps));
  const auto old = std::filesystem::file_time_type() + std::chrono::hours(1);
  std::filesystem::last_write_time("known.txt", old);
  update();
  static_cast<void>(explore_work(fixed(), how_));
  EXPECT_EQ(std::filesystem::last_write_time("known.txt"), old);
}

TEST_F(Ratchet, AnUpdateKeepsLineEndsPermissionsAndLinks) {
  write_file("real.txt", "# head\r\n\r\n" + line_of("Z.Test", yields));
  std::filesystem::permissions("real.txt", std::filesystem::perms(0640));
  std::filesystem::create_symlink("real.txt", "known.txt");
  update();
  static_cast<void>(explore_work(fixed(), how_));
  EXPECT_TRUE(std::filesystem::is_symlink("known.txt"));
  EXPECT_EQ(std::filesystem::status("real.txt").permissions(), std::filesystem::perms(0640));
  std::string ours = entry(sleeps), others = line_of("Z.Test", yields);
  ours.insert(ours.size() - 1, "\r");
  others.insert(others.size() - 1, "\r");
  EXPECT_EQ(read_file("real.txt"), "# head\r\n\r\n" + ours + others);
}

TEST_F(Ratchet, TwoTestsShareAFile) {
  const auto named = [](const char* name) { return with_faults().baseline("known.txt", name); };
  update();
  static_cast<void>(explore_work(first_version(), named("A.Test")));
  static_cast<void>(explore_work(fixed(), named("B.Test")));
  no_update();
  EXPECT_TRUE(explore_work(first_version(), named("A.Test")).clean());
  EXPECT_EQ(explore_work(first_version(), named("B.Test")).findings.size(), 1u);
  update();
  static_cast<void>(explore_work(fixed(), named("A.Test")));
  EXPECT_THAT(read_file("known.txt"),
              testing::EndsWith("\n\n" + line_of("A.Test", sleeps) + line_of("B.Test", sleeps)));
}

// Alone it is two explorations; UpdatesOfTwoProcessesAreAllKept runs it twice at once.
TEST_F(Ratchet, ManyUpdates) {
  const char* const path = std::getenv("COFAULT_TEST_SHARED");
  const char* const name = std::getenv("COFAULT_TEST_NAME");
  update();
  for (int i = 0; i < (path == nullptr ? 2 : 20); ++i) {
    const auto how = with_faults().baseline(path == nullptr ? "known.txt" : path,
                                            (name == nullptr ? "" : name) + std::to_string(i));
    EXPECT_TRUE(explore_work(fixed(), how).clean());
  }
}

TEST_F(Ratchet, UpdatesOfTwoProcessesAreAllKept) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string run = " COFAULT_TEST_SHARED=" + (folder_ / "known.txt").string() + " " + self +
                          " --gtest_filter=Ratchet.ManyUpdates > ";
  const std::string both = "COFAULT_TEST_NAME=a" + run + "a.log 2>&1 & other=$!; " +
                           "COFAULT_TEST_NAME=b" + run + "b.log 2>&1 && wait $other";
  EXPECT_EQ(std::system(both.c_str()), 0) << read_file("a.log") << read_file("b.log");
  EXPECT_EQ(baseline::parse(read_file("known.txt"), "known.txt").findings().size(), 40u)
      << read_file("known.txt");
}

// docs/baseline.md says nothing that is not so: its blocks of text are what this prints.
TEST_F(Ratchet, IsWhatTheDocumentShows) {
  const std::string document = read_file(std::filesystem::path(COFAULT_DOCS) / "baseline.md");
  const auto how = with_faults().baseline("known.txt", "Pool.Survives");
  update();
  static_cast<void>(explore_work(first_version(), how));
  EXPECT_THAT(document, HasSubstr("```text\n" + read_file("known.txt") + "```\n"));
  no_update();
  const std::string known = describe(explore_work(first_version(), how));
  EXPECT_THAT(document, HasSubstr("```text\n" + known + "```\n"));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(explore_work(fixed(), how).clean());
  EXPECT_THAT(document, HasSubstr("```text\n" + testing::internal::GetCapturedStderr() + "```\n"));
}

// What is no baseline

class BadBaseline : public Ratchet {
 protected:
  // What an exploration says about a file with that text.
  std::string error_of(const std::string& text) {
    write_file("known.txt", text);
    const auto result = explore_work(fixed(), how_);
    EXPECT_EQ(result.trials, 0u) << "said before the search";
    EXPECT_EQ(result.error.empty(), result.clean());
    return result.error;
  }
};

TEST_F(BadBaseline, AMissingFile) {
  const auto result = explore_work(fixed(), how_);
  EXPECT_FALSE(result.clean());
  EXPECT_EQ(result.error, "cofault: the baseline '" + (folder_ / "known.txt").string() +
                              "' of options().baseline() does not exist; run the test once with "
                              "COFAULT_UPDATE_BASELINE=1 to make it, or correct the path");
}

TEST_F(BadBaseline, AnEmptyPath) {
  EXPECT_THAT(explore_work(fixed(), with_faults().baseline("")).error, HasSubstr("empty path"));
}

TEST_F(BadBaseline, ADirectory) {
  std::filesystem::create_directory("known.txt");
  EXPECT_THAT(explore_work(fixed(), how_).error, HasSubstr("is a directory"));
  update();
  EXPECT_THAT(explore_work(fixed(), how_).error, HasSubstr("is a directory"));
}

TEST_F(BadBaseline, NoRegularFile) {
  EXPECT_THAT(explore_work(fixed(), with_faults().baseline("/dev/null")).error,
              HasSubstr("no regular file"));
}

TEST_F(BadBaseline, AFileThatCannotBeReadOrWritten) {
  write_file("known.txt", "");
  EXPECT_THAT(explore_work(fixed(), with_faults().baseline("known.txt/a")).error,
              AllOf(HasSubstr("cannot be read: Not a directory"), HasSubstr("correct the path")));
  std::filesystem::create_symlink("loop", "loop");
  EXPECT_THAT(explore_work(fixed(), with_faults().baseline("loop")).error,
              HasSubstr("cannot be read"));
  update();
  EXPECT_THAT(explore_work(fixed(), with_faults().baseline("nowhere/known.txt")).error,
              HasSubstr("cannot be written: No such file or directory"));
  std::filesystem::create_directory("known.txt.new");
  EXPECT_THAT(explore_work(fixed(), how_).error, HasSubstr("cannot be written"));
  EXPECT_EQ(read_file("known.txt"), "") << "as it was";
}

TEST_F(BadBaseline, ALineWithTooFewFields) {
  EXPECT_EQ(error_of("# fine\nRatchet.A | b | c\n"),
            "cofault: line 2 of the baseline 'known.txt' has 3 fields; it must read 'test | "
            "property | file:function | source text': correct it or delete it");
  EXPECT_THAT(error_of("<<<<<<< HEAD\n"), HasSubstr("has 1 fields"));
  EXPECT_THAT(error_of("a |  | c | d\n"), HasSubstr("empty field"));
}

TEST_F(BadBaseline, ALineThatIsNoText) {
  using namespace std::string_literals;
  EXPECT_THAT(error_of("\n\xFF\xFE\n"),
              HasSubstr("line 2 of the baseline 'known.txt' is not UTF-8"));
  EXPECT_THAT(error_of("# \xC0\xAF\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of("# \xED\xA0\x80\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of("# \xF4\x90\x80\x80\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of("# \xE2\x82"), HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of("a | b | c | d\0e\n"s), HasSubstr("control character"));
  EXPECT_THAT(error_of("a | b | c | d\rA | b | c | e\n"s), HasSubstr("control character"));
}

TEST_F(BadBaseline, IsNotOverwrittenByAnUpdate) {
  update();
  EXPECT_THAT(error_of("half a li"), HasSubstr("has 1 fields"));
  EXPECT_EQ(read_file("known.txt"), "half a li");
}

TEST_F(BadBaseline, AnUnknownValueOfTheUpdate) {
  write_file("known.txt", entry(sleeps));
  for (const char* value : {"yes", "2", " 1", "on"}) {
    update(value);
    EXPECT_THAT(explore_work(fixed(), how_).error,
                AllOf(HasSubstr("COFAULT_UPDATE_BASELINE is '" + std::string(value) + "'"),
                      HasSubstr("set it to 1")));
  }
  for (const char* value : {"", "0"}) {
    detail::test_begins();
    update(value);
    EXPECT_TRUE(explore_work(fixed(), how_).clean()) << value;
  }
}

TEST_F(BadBaseline, AnUnknownPropertyIsNoted) {
  const std::string typo = this_test() + " | no fault was exeuted | a.cpp:f | g();\n";
  write_file("known.txt", entry(sleeps) + typo);
  const auto result = explore_work(fixed(), how_);
  EXPECT_TRUE(result.clean());
  EXPECT_THAT(result.notes,
              Contains("the baseline known.txt:2 names the property 'no fault was exeuted', which "
                       "is not judged here; correct it or delete that line"));
  detail::test_begins();
  update();
  static_cast<void>(explore_work(fixed(), how_));
  EXPECT_EQ(read_file("known.txt"), entry(sleeps) + typo) << "a person has to decide";
}

TEST_F(BadBaseline, HarmlessOnesAreAccepted) {
  std::string windows = entry(sleeps);
  windows.insert(windows.size() - 1, "\r");
  std::string aligned = entry(sleeps);
  aligned.insert(aligned.find(" | "), "     \t");
  std::string unfinished = entry(sleeps);
  unfinished.pop_back();
  for (const std::string& text :
       {windows, "\xEF\xBB\xBF" + entry(sleeps), aligned, unfinished, entry(sleeps) + entry(sleeps),
        "# \xE2\x82\xAC\n\n" + entry(sleeps)}) {
    detail::test_begins();
    write_file("known.txt", text);
    const auto result = explore_work(fixed(), how_);
    EXPECT_TRUE(result.clean()) << text << describe(result);
    EXPECT_THAT(result.notes, testing::SizeIs(1)) << text;
  }
}

// The text itself

TEST(BaselineText, OnlyTheSourceMayHoldTheSeparator) {
  const std::string line = "A.B | c d | f.cpp:g | x = a | b | c;";
  const auto read = baseline::parse(line, "f").findings();
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].source, "x = a | b | c;");
  EXPECT_EQ(to_line(read[0]), line);
}

TEST(BaselineText, IsSortedAndHoldsEachLineOnce) {
  const std::string a = "A | p | c | s\n", b = "B | p | c | s\n";
  EXPECT_EQ(baseline::parse("# b\n" + b + a + b, "f").text(), a + "# b\n" + b);
}

TEST(BaselineText, WhatAFindingSaysFitsALine) {
  finding odd;
  odd.property = "# a |\tb\n\xFF";
  EXPECT_EQ(to_line(as_known(odd, "  ")), "? | / a / b ? | ? | ?");
}

TEST(BaselineText, LinesAreThoseOfTheFile) {
  const auto file = baseline::parse("# head\n\nA | p | c | s\n# c\n\nB | p | c | s\n", "f");
  EXPECT_EQ(file.line_of({"A", "p", "c", "s"}), 3u);
  EXPECT_EQ(file.line_of({"B", "p", "c", "s"}), 6u);
  EXPECT_EQ(file.line_of({"C", "p", "c", "s"}), 0u);
}

#line 1 "/nonexistent/moved.cpp"
task<> unread(scheduler& s) { co_await s.yield(); }

}  // namespace
