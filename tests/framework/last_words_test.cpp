// SPDX-License-Identifier: BSL-1.0
// A trial in the test's own process may take it down: what it printed must not go down with it.
#include "last_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "../support/task.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/rehearse.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;
using testing::AllOf;
using testing::ContainsRegex;
using testing::ExitedWithCode;
using testing::HasSubstr;
using testing::KilledBySignal;
using testing::Not;

constexpr auto replay = "COFAULT_REPLAY='last_words_test.cpp:ends_by+0=throw:failed'";

options here() { return options().judge(properties::progress()).in_process(); }

// Handles what is thrown at its await point by `last`.
task<> ends_by(scheduler& s, void (*last)()) {
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    last();
  }
}

exploration explore_ends_by(void (*last)()) {
  return explore([last](scheduler& s) { return ends_by(s, last); }, here());
}

void prints_and_aborts() {
  std::fputs("the disk is full\n", stderr);
  std::abort();
}

TEST(LastWords, OfAnAbort) {
  EXPECT_EXIT(static_cast<void>(explore_ends_by(prints_and_aborts)), KilledBySignal(SIGABRT),
              AllOf(HasSubstr("the disk is full"), HasSubstr(replay)));
}

void fails() { throw std::runtime_error("nobody expects this"); }
void throws_from_noexcept() noexcept { fails(); }

TEST(LastWords, OfTheCxxRuntime) {
  EXPECT_EXIT(static_cast<void>(explore_ends_by(throws_from_noexcept)), KilledBySignal(SIGABRT),
              AllOf(HasSubstr("nobody expects this"), HasSubstr(replay)));
}

void prints_and_exits() {
  std::printf("good bye");  // in stdio's buffer
  std::exit(3);
}

TEST(LastWords, OfAnExit) {
  EXPECT_EXIT(static_cast<void>(explore_ends_by(prints_and_exits)), ExitedWithCode(3),
              AllOf(HasSubstr("good bye"), HasSubstr(replay)));
}

#if !defined(__SANITIZE_ADDRESS__)
// What the signal would have done it still does.
TEST(LastWords, OfASegmentationFault) {
  const auto crash = [] {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
  };
  EXPECT_EXIT(static_cast<void>(explore_ends_by(crash)), KilledBySignal(SIGSEGV),
              HasSubstr(replay));
}

volatile int depth = 0;
int overflow() {
  volatile char room[4096] = {};
  depth = depth + 1;
  return depth == -1 ? room[0] : overflow() + room[1];
}

TEST(LastWords, OfAStackOverflow) {
  EXPECT_EXIT(static_cast<void>(explore_ends_by([] { overflow(); })), KilledBySignal(SIGSEGV),
              HasSubstr(replay));
}
#else
TEST(LastWords, OfASanitizer) {
  const auto corrupt = [] {
    volatile char* const p = new char[1];
    delete[] p;
    *p = 1;
  };
  EXPECT_DEATH(static_cast<void>(explore_ends_by(corrupt)),
               AllOf(HasSubstr("heap-use-after-free"), HasSubstr(replay)));
}

TEST(LastWords, OfASignalThatASanitizerExplains) {
  const auto crash = [] {
    volatile int* volatile nowhere = reinterpret_cast<int*>(8);
    *nowhere = 1;
  };
  EXPECT_DEATH(static_cast<void>(explore_ends_by(crash)),
               AllOf(HasSubstr(replay), HasSubstr("SEGV on unknown address 0x000000000008")));
}
#endif

void handles_and_exits(int) { std::_Exit(7); }

TEST(LastWords, TheProgramsOwnHandlerIsCalledAfterwards) {
  EXPECT_EXIT(
      {
        ::signal(SIGABRT, handles_and_exits);
        static_cast<void>(explore_ends_by(prints_and_aborts));
      },
      ExitedWithCode(7), AllOf(HasSubstr("the disk is full"), HasSubstr(replay)));
}

TEST(LastWords, WithoutAFault) {
  const auto dies = [](scheduler& s) -> task<> {
    co_await s.yield();
    prints_and_aborts();
  };
  EXPECT_EXIT(static_cast<void>(explore(dies, here())), KilledBySignal(SIGABRT),
              AllOf(HasSubstr("the disk is full"), HasSubstr("the run without faults"),
                    Not(HasSubstr("COFAULT_REPLAY"))));
}

const plan a_throw = parse_plan("last_words_test.cpp:ends_by+0=throw:failed");

void rehearse_ends_by(void (*last)()) {
  static_cast<void>(rehearse([last](scheduler& s) { return ends_by(s, last); }, a_throw, here()));
}

// In a process of its own: the handlers of a rehearsal stay.
class LastWordsOfARehearsal : public testing::Test {
 protected:
  LastWordsOfARehearsal() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  ~LastWordsOfARehearsal() override { GTEST_FLAG_SET(death_test_style, "fast"); }
};

// Dies in the n-th run.
void rehearse_until(int n, bool is_wrong) {
  int runs = 0;
  const auto counts = [&](scheduler& s) -> task<> {
    if (++runs == n) prints_and_aborts();
    co_await s.yield();
    if (is_wrong) co_await std::suspend_always();
  };
  static_cast<void>(rehearse(counts, a_throw, here()));
}

TEST_F(LastWordsOfARehearsal, WhoseOutputIsNotKept) {
  EXPECT_EXIT(rehearse_ends_by(prints_and_aborts), KilledBySignal(SIGABRT),
              AllOf(HasSubstr("the disk is full"), HasSubstr(replay)));
}

TEST_F(LastWordsOfARehearsal, ThatIsLookedAtMoreClosely) {
  EXPECT_EXIT(rehearse_until(3, true), KilledBySignal(SIGABRT),
              AllOf(HasSubstr("the disk is full"), HasSubstr("the run without faults")));
}

// How a forked child ends, as an exit code.
int end_of_child(void (*child)()) {
  if (const pid_t forked = ::fork(); forked != 0) {
    int status = 0;
    ::waitpid(forked, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
  }
  child();
  std::exit(0);
}

// As a death test in the "fast" style does.
TEST_F(LastWordsOfARehearsal, InAProcessForkedBehindAnother) {
  EXPECT_EXIT(
      {
        rehearse_ends_by([] {});
        std::exit(end_of_child([] { rehearse_ends_by(prints_and_aborts); }));
      },
      ExitedWithCode(SIGABRT), AllOf(HasSubstr("the disk is full"), HasSubstr(replay)));
}

TEST_F(LastWordsOfARehearsal, AreNotThoseOfAProcessItForked) {
  EXPECT_EXIT(
      { rehearse_ends_by([] { std::exit(end_of_child([] { std::exit(3); }) == -3 ? 4 : 5); }); },
      ExitedWithCode(4), AllOf(HasSubstr(replay), Not(ContainsRegex("the process.*the process"))));
}

TEST(LastWords, WhoSurvivesIsNotHeard) {
  struct sigaction before{}, after{};
  ::sigaction(SIGABRT, nullptr, &before);
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const auto result = explore_ends_by([] {
    std::fputs("a bit of noise", stderr);
    std::printf("and more");
  });
  std::fflush(nullptr);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.trials, 1u);
  ::sigaction(SIGABRT, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
  EXPECT_FALSE(detail::last_words::awaited());
}

}  // namespace
