// SPDX-License-Identifier: BSL-1.0
// What is told of a process that died.
#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "deaths.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace deaths;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Death, ShowsTheLastWords) {
  const auto result = explore_guarded([] {
    std::cout << "something went wrong: \x1b[1m" << 42 << std::endl;
    std::abort();
  });
  EXPECT_THAT(only_death(result), HasSubstr("something went wrong: [1m42"));
  EXPECT_THAT(result.findings[0].report, HasSubstr("something went wrong"));
}

TEST(Death, ShowsTheEndOfALongOutput) {
  const auto result = explore_guarded([] {
    for (int i = 0; i < 10'000; ++i) std::cerr << "line " << i << '\n';
    std::abort();
  });
  EXPECT_THAT(only_death(result), AllOf(HasSubstr("\nline 9999"), Not(HasSubstr("line 9000\n"))));
}

TEST(Death, ShowsWhatASanitizerFound) {
  const auto result = explore_guarded([] {
    std::cerr << "==7==ERROR: AddressSanitizer: heap-use-after-free\n";
    for (int i = 0; i < 30; ++i) std::cerr << "  0x0c00: fa fa\n";
    ::_exit(1);
  });
  EXPECT_THAT(only_death(result), AllOf(HasSubstr("heap-use-after-free"), Not(HasSubstr("fa fa"))));
  // The same finding in every process.
  const auto summed_up = explore_guarded([] {
    std::cerr << "==" << ::getpid() << "==ERROR: AddressSanitizer: heap-use-after-free\n"
              << "SUMMARY: AddressSanitizer: heap-use-after-free in f\n";
    ::_exit(1);
  });
  EXPECT_THAT(only_death(summed_up), AllOf(HasSubstr("SUMMARY"), Not(HasSubstr("ERROR"))));
}

TEST(Death, IsPrintedAsAWholeByAReplay) {
  const auto body = [](scheduler& s) -> task<> {
    co_await s.yield();
    std::cerr << "first of its words\n==7==ERROR: AddressSanitizer: it went wrong\n";
    ::_exit(1);
  };
  testing::internal::CaptureStderr();
  const auto found = explore(body, usual());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_THAT(only_death(found), Not(HasSubstr("first of its words")));
  EXPECT_THAT(found.findings[0].report, HasSubstr("COFAULT_REPLAY='none'"));

  testing::internal::CaptureStderr();
  const auto again = explore(body, usual().replay("none"));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("first of its words"));
  EXPECT_EQ(only_death(again), only_death(found));
}

// What an earlier run has left in the process kills it.
task<> dies_the_second_time(scheduler& s) {
  static int faults = 0;
  for (int i = 0; i < 2; ++i) {
    try {
      co_await s.yield();
    } catch (...) {
      if (++faults == 2) std::abort();
    }
  }
}

TEST(Death, ThatDoesNotComeAgainAloneIsToldAsSuch) {
  EXPECT_THAT(only_death(explore(dies_the_second_time, usual())),
              HasSubstr("alone, in a process of its own, that run ends as it should"));
  const auto always = [](scheduler& s) -> task<> {
    try {
      co_await s.yield();
    } catch (...) {
      std::abort();
    }
  };
  EXPECT_THAT(only_death(explore(always, usual())), Not(HasSubstr("alone")));
}

task<> chatty(scheduler& s) {
  std::cout << "words of another trial" << std::endl;
  co_await s.yield();
  try {
    co_await s.yield();
  } catch (...) {
    std::abort();
  }
}

TEST(Death, ForgetsWhatEarlierTrialsPrinted) {
  const std::string text = only_death(explore(chatty, usual()));
  const auto first = text.find("words of another trial");
  EXPECT_EQ(text.find("words of another trial", first + 1), text.npos) << text;
}

// A sanitizer would report the signal and exit.
void die_of(int number) {
  ::signal(number, SIG_DFL);
  ::raise(number);
}

template <int Signal>
task<> dies_at_once(scheduler& s) {
  die_of(Signal);
  co_await s.yield();
}
template <int Signal>
task<> dies_later(scheduler& s) {
  co_await s.yield();
  die_of(Signal);
}

// What g++ 12 makes of some coroutines is no code, or goes wrong before the first await.
TEST(Death, ThatACompilerMayHaveMadeIsToldAsSuch) {
  const auto words = [](auto body) { return only_death(explore(body, usual())); };
  EXPECT_THAT(words(dies_at_once<SIGILL>), HasSubstr("GCC bug 106188"));
  EXPECT_THAT(words(dies_later<SIGILL>), HasSubstr("GCC bug 106188"));
  EXPECT_THAT(words(dies_at_once<SIGSEGV>), HasSubstr("GCC bug 106188"));
  EXPECT_THAT(words(dies_later<SIGSEGV>), Not(HasSubstr("GCC")));
}

}  // namespace
