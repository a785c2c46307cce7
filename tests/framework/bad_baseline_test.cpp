// SPDX-License-Identifier: BSL-1.0
// What is no baseline is an error that says so, and never passes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "../support/baseline_work.hpp"
#include "cofault/baseline.hpp"
#include "cofault/detail/root.hpp"

namespace {

using namespace support;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

class BadBaseline : public ratchet_test {
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

}  // namespace
