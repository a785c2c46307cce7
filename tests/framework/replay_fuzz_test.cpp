// SPDX-License-Identifier: BSL-1.0
// Lines that no report has printed: damaged ones, those of other programs, and of other versions.
// None of them crashes anything, and none passes for another plan than it says.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "cofault/gtest.hpp"
#include "cofault/plan.hpp"
#include "cofault/runtime.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using namespace cofault::runtime;

task<> ask() { co_await yield(); }

task<> tell(int times) {
  for (int i = 0; i < times; ++i) co_await yield();
}

task<> body() {
  const std::vector both{spawn(ask()), spawn(tell(2))};
  co_await wait(both);
  for (const auto& one : both) one.result();
}

// The line as a report would print it.
std::string plainly(std::string text) {
  for (std::size_t at; (at = text.find("/1.1=")) != text.npos;) text.erase(at, 4);
  return text;
}

// What the program is asked to replay is either refused or replayed as it is written.
void expect_honest(const std::string& text) {
  SCOPED_TRACE(text);
  const exploration result = explore(body, options().replay(text).in_process());
  EXPECT_TRUE(result.findings.empty());
  if (!result.error.empty()) {
    EXPECT_EQ(result.error.rfind("cofault: ", 0), 0u) << result.error;
    EXPECT_EQ(result.trials, 0u);
    return;
  }
  EXPECT_EQ(result.trials, 1u);
  EXPECT_EQ(encode(parse_plan(text)), plainly(text));
  ASSERT_FALSE(result.notes.empty());
  EXPECT_EQ(result.notes.back(), "replayed one plan: " + text);
}

const std::vector<std::string>& lines() {
  static const std::vector<std::string> all = {
      "replay_fuzz_test.cpp:ask+0=throw:failed",
      "replay_fuzz_test.cpp:tell+0/1.2=throw:failed*3",
      "replay_fuzz_test.cpp:ask+0=delay;replay_fuzz_test.cpp:tell+0/1.2=throw:failed*",
      "replay_fuzz_test.cpp:ask+0=delay",
      "schedule=random:7",
      "schedule=pct3:7;replay_fuzz_test.cpp:ask+0=throw:failed",
      "root=cancel:start",
      "replay_fuzz_test.cpp:body+0=cancel:suspended",
  };
  return all;
}

bool is_replayed(const std::string& text) {
  return explore(body, options().replay(text).in_process()).error.empty();
}

TEST(ReplayFuzz, TheLinesThemselvesAreReplayed) {
  for (const std::string& line : lines()) EXPECT_TRUE(is_replayed(line)) << line;
}

TEST(ReplayFuzz, TruncatedLines) {
  for (const std::string& line : lines())
    for (std::size_t n = 1; n <= line.size(); ++n) {
      expect_honest(line.substr(0, n));
      expect_honest(line.substr(line.size() - n));
    }
}

// Changed, dropped and doubled pieces, of one line or of two.
TEST(ReplayFuzz, DamagedLines) {
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return random() % n; };
  const std::vector<std::string> pieces = {
      "*",       "*2",     "*3",   "*0", "/",  "/1.1",    "/2.1",      "+",     "-",
      "~1",      "+start", "=",    ";",  ":",  "0",       "1",         "9",     "delay",
      "delay:3", "random", "pct2", " ",  "\n", "throw#1", "schedule=", "root=", "4294967296"};
  for (int round = 0; round < 5000; ++round) {
    std::string text = lines()[below(lines().size())];
    if (below(4) == 0) text += ';' + lines()[below(lines().size())];
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(text.size() + 1);
      if (below(2) == 0)
        text.insert(at, pieces[below(pieces.size())]);
      else
        text.erase(at, 1 + below(5));
    }
    if (!text.empty()) expect_honest(text);
  }
}

TEST(ReplayFuzz, LinesOfOtherProgramsAreNotReached) {
  for (const char* line :
       {"pool.cpp:app::session+4/1.2=throw:eof", "orders.cpp:say+0=delay",
        "replay_fuzz_test.cpp:gone+0=throw:failed", "@1f=delay",
        "replay_fuzz_test.cpp:ask+7=throw:failed", "replay_fuzz_test.cpp:ask+0/9.1=throw:failed",
        "replay_fuzz_test.cpp:ask+0/1.9=delay", "replay_fuzz_test.cpp:ask+0=delay:255",
        "schedule=random:7;orders.cpp:say+0=throw:failed"}) {
    EXPECT_FALSE(is_replayed(line)) << line;
    expect_honest(line);
  }
}

// What a later version may write is not read as something that this one knows.
TEST(ReplayFuzz, LinesOfTheFutureAreRefused) {
  for (const char* line :
       {"v2;replay_fuzz_test.cpp:ask+0=throw:failed", "replay_fuzz_test.cpp:ask+0=starve",
        "replay_fuzz_test.cpp:ask+0=delay:2:3", "replay_fuzz_test.cpp:ask+0=throw:failed*2-4",
        "replay_fuzz_test.cpp:ask+0=throw:failed@5ms", "schedule=pos:7", "schedule=pct3:7:9",
        "schedule=random:7*2", "world=slow", "replay_fuzz_test.cpp:ask+0/1.1.1=delay",
        "replay_fuzz_test.cpp:ask+end=delay", "replay_fuzz_test.cpp:ask+0=throw:failed # why"}) {
    EXPECT_FALSE(is_replayed(line)) << line;
    expect_honest(line);
  }
}

}  // namespace
