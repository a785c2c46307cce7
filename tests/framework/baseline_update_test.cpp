// SPDX-License-Identifier: BSL-1.0
// COFAULT_UPDATE_BASELINE=1: what is new is written into the file, what is gone is deleted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
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
using testing::StartsWith;
using BaselineUpdate = ratchet_test;

TEST_F(BaselineUpdate, AnUpdateMakesTheFile) {
  update();
  const auto result = explore_work(first_version(), how_);
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.known.size(), 2u);
  EXPECT_THAT(result.notes, Contains("the baseline known.txt was updated: 2 added, 0 deleted"));
  EXPECT_THAT(read_file("known.txt"),
              AllOf(StartsWith("# "), testing::EndsWith("\n\n" + entry(sleeps) + entry(yields))));
  EXPECT_FALSE(std::filesystem::exists("known.txt.new"));
}

TEST_F(BaselineUpdate, AnUpdateKeepsOthersAndComments) {
  write_file("known.txt", "# the head\n\n# ours\n" + line_of("A.Test", yields) + "# ticket 7\n" +
                              entry(yields) + "# the end\n");
  update();
  static_cast<void>(explore_work(worse(), how_));
  EXPECT_EQ(read_file("known.txt"), "# the head\n\n# ours\n" + line_of("A.Test", yields) +
                                        entry(sleeps) + entry(sleeps_more) + "# ticket 7\n" +
                                        entry(yields) + "# the end\n");
}

TEST_F(BaselineUpdate, AnUpdateDeletesWhatIsGone) {
  write_file("known.txt", "# mine\n" + entry(yields) + entry(sleeps) + line_of("Z.Test", yields));
  update();
  const auto result = explore_work(fixed(), how_);
  EXPECT_EQ(read_file("known.txt"), "# mine\n" + entry(sleeps) + line_of("Z.Test", yields))
      << "the comment is kept";
  EXPECT_THAT(result.notes, Contains(HasSubstr("0 added, 1 deleted")));
}

TEST_F(BaselineUpdate, AnUpdateOfASearchThatWasCutDeletesNothing) {
  write_file("known.txt", entry(sleeps) + entry(yields));
  update();
  static_cast<void>(explore_work(first_version(), how_.trials(1)));
  EXPECT_EQ(read_file("known.txt"), entry(sleeps) + entry(yields));
}

TEST_F(BaselineUpdate, AnUpdateWithoutNewsWritesNothing) {
  write_file("known.txt", entry(sleeps));
  const auto old = std::filesystem::file_time_type() + std::chrono::hours(1);
  std::filesystem::last_write_time("known.txt", old);
  update();
  static_cast<void>(explore_work(fixed(), how_));
  EXPECT_EQ(std::filesystem::last_write_time("known.txt"), old);
}

TEST_F(BaselineUpdate, AnUpdateKeepsLineEndsPermissionsAndLinks) {
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

TEST_F(BaselineUpdate, TwoTestsShareAFile) {
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
TEST_F(BaselineUpdate, ManyUpdates) {
  const char* const path = std::getenv("COFAULT_TEST_SHARED");
  const char* const name = std::getenv("COFAULT_TEST_NAME");
  update();
  for (int i = 0; i < (path == nullptr ? 2 : 20); ++i) {
    const auto how = with_faults().baseline(path == nullptr ? "known.txt" : path,
                                            (name == nullptr ? "" : name) + std::to_string(i));
    EXPECT_TRUE(explore_work(fixed(), how).clean());
  }
}

TEST_F(BaselineUpdate, UpdatesOfTwoProcessesAreAllKept) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string run = " COFAULT_TEST_SHARED=" + (folder_ / "known.txt").string() + " " + self +
                          " --gtest_filter=BaselineUpdate.ManyUpdates > ";
  const std::string both = "COFAULT_TEST_NAME=a" + run + "a.log 2>&1 & other=$!; " +
                           "COFAULT_TEST_NAME=b" + run + "b.log 2>&1 && wait $other";
  EXPECT_EQ(std::system(both.c_str()), 0) << read_file("a.log") << read_file("b.log");
  EXPECT_EQ(baseline::parse(read_file("known.txt"), "known.txt").findings().size(), 40u)
      << read_file("known.txt");
}

// docs/baseline.md says nothing that is not so: its blocks of text are what this prints.
TEST_F(BaselineUpdate, IsWhatTheDocumentShows) {
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

}  // namespace
