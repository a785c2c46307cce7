// SPDX-License-Identifier: BSL-1.0
// A fault that takes the process with it is a finding, and the sweep goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>

#include "deaths.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace deaths;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A sanitizer would report the signal and exit.
void crash() {
  ::signal(SIGSEGV, SIG_DFL);
  ::raise(SIGSEGV);
}

void burn() {
  for (volatile bool forever = true; forever;) {
  }
}

void burn_for_ms(long ms) {
  const auto used = [] {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
  };
  for (const long start = used(); used() < start + ms;) {
  }
}

void deadlock() {
  // Held by another thread that never lets go.
  static auto* mutex = new std::timed_mutex;
  std::thread([] { mutex->lock(); }).join();
  mutex->lock();
}

task<> many_deaths(scheduler& s) {
  const auto step = [&](scheduler::awaiter a) { return a; };
  // clang-format off
  try { co_await step(s.yield()); } catch (...) { std::terminate(); }
  try { co_await step(s.yield()); } catch (...) { crash(); }
  try { co_await step(s.yield()); } catch (...) { std::exit(0); }
  try { co_await step(s.yield()); } catch (...) { ::_exit(0); }
  try { co_await step(s.yield()); } catch (...) { std::abort(); }
  try { co_await step(s.yield()); } catch (...) { burn(); }
  try { co_await step(s.yield()); } catch (...) { }
  // clang-format on
  co_await s.yield();
}

TEST(Death, EachInOneSweepIsAFindingOfItsOwn) {
  const auto result = explore(many_deaths, usual().watchdog(200ms));
  ASSERT_EQ(result.error, "");
  EXPECT_EQ(result.trials, 8u) << "the sweep went on behind every death";
  const auto& deaths = result.findings;
  ASSERT_EQ(deaths.size(), 6u) << describe(result) << "no other finding";
  const char* const words[] = {"std::terminate", "signal",   "exit status 0",
                               "exit status 0",  "signal 6", "processor time"};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(deaths[i].property, i == 0 ? "no exception ends in std::terminate" : death);
    EXPECT_THAT(deaths[i].explanation, HasSubstr(words[i]));
    EXPECT_THAT(encode(deaths[i].smallest), HasSubstr("many_deaths+" + std::to_string(i) + "="));
    EXPECT_EQ(deaths[i].more, 0u);
  }
}

TEST(Death, WithoutAFaultIsNoBound) {
  const auto body = [](scheduler& s) -> task<> {
    co_await s.yield();
    std::abort();
  };
  const auto result = explore(body, usual());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_TRUE(result.findings[0].smallest.empty());
  EXPECT_THAT(result.notes, testing::IsEmpty());
}

TEST(Death, OfASignalIsNamed) {
  EXPECT_THAT(only_death(explore_guarded([] { ::kill(::getpid(), SIGKILL); })),
              HasSubstr("died of signal 9 (Killed)"));
}

TEST(Death, ByAnExitStatusIsNamed) {
  EXPECT_THAT(only_death(explore_guarded([] { ::_exit(86); })), HasSubstr("exit status 86"));
}

TEST(Death, InTheDefaultRun) {
  const auto result = explore([](scheduler& s) -> task<> {
    co_await s.yield();
    std::abort();
  });
  EXPECT_THAT(only_death(result), HasSubstr("signal 6"));
  EXPECT_TRUE(result.findings[0].smallest.empty());
  EXPECT_NE(result.findings[0].site, 0u) << "blamed on the last await point that was reached";
  EXPECT_EQ(result.trials, 0u);
  EXPECT_FALSE(result.clean());
}

TEST(Death, OfABodyThatCannotEvenStart) {
  const driver_factory broken = []() -> std::unique_ptr<driver> { throw 1; };
  EXPECT_THAT(only_death(explore(broken)), HasSubstr("signal 6"));
}

TEST(Death, ByADeadlockIsCaught) {
  const auto result = explore_guarded(deadlock, usual().watchdog(100ms));
  EXPECT_THAT(only_death(result), HasSubstr("blocked its thread"));
}

TEST(Death, PatienceIsPerTrial) {
  // Each trial stays within the budget; all together do not.
  const auto work = [](scheduler& s) -> task<> {
    for (int i = 0; i < 8; ++i) {
      try {
        co_await s.yield();
      } catch (const injected_error&) {
        burn_for_ms(25);
      }
    }
  };
  const auto result = explore(work, usual().watchdog(400ms));
  EXPECT_TRUE(result.clean()) << describe(result);
}

TEST(Death, DoesNotWaitForWhatTheChildForked) {
  // The helper holds every descriptor of the child, until this test is over.
  int over[2];
  ASSERT_EQ(::pipe(over), 0);
  const auto fork_helper = [&] {
    if (::fork() != 0) return;
    ::close(over[1]);
    char byte;
    ::_exit(static_cast<int>(::read(over[0], &byte, 1)));
  };
  EXPECT_TRUE(explore_guarded(fork_helper, usual().watchdog(100ms)).clean());
  const auto result = explore_guarded(
      [&] {
        fork_helper();
        std::abort();
      },
      usual().watchdog(100ms));
  EXPECT_THAT(only_death(result), HasSubstr("signal 6"));
  ::close(over[0]);
  ::close(over[1]);
}

task<> three_ways(scheduler& s) {
  bool failed = false;
  try {
    co_await s.yield();
  } catch (...) {
    failed = true;
  }
  if (failed) co_await s.sleep_for(std::chrono::nanoseconds::max());
  co_await s.yield();
}

// The parent looks whether the child is gone when it has not heard of it for a while. Here the
// child is done, and gone, just in between.
struct shared_flags {
  std::atomic<bool> watching, asked;
};
shared_flags& shared() {
  static auto* const flags = static_cast<shared_flags*>(::mmap(
      nullptr, sizeof(shared_flags), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return *flags;
}

TEST(Child, MayBeDoneWhileTheParentAsksWhetherItIsGone) {
  shared().watching = true;
  const auto result = explore(
      [](scheduler& s) -> task<> {
        while (!shared().asked) {
        }
        co_await s.yield();
      },
      usual());
  shared().watching = false;
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_TRUE(shared().asked);
}

TEST(InProcess, FindsTheSame) {
  const auto forked = explore(three_ways, usual()),
             here = explore(three_ways, usual().in_process());
  EXPECT_EQ(forked.findings.size(), 1u);
  EXPECT_EQ(describe(forked), describe(here));
  EXPECT_EQ(forked.trials, here.trials);
}

TEST(InProcess, WorksInThisProcess) {
  int runs = 0;
  const auto body = [&](scheduler& s) -> task<> {
    ++runs;
    co_await s.yield();
  };
  EXPECT_TRUE(explore(body, usual()).clean());
  EXPECT_EQ(runs, 0);
  EXPECT_TRUE(explore(body, usual().in_process()).clean());
  EXPECT_EQ(runs, 4) << "warm-up, two without faults, one fault";
}

}  // namespace

// In front of libc's: waits until the child is gone.
extern "C" int waitid(idtype_t type, id_t id, siginfo_t* info, int how) {
  const bool waits = shared().watching.exchange(false);
  if (waits) shared().asked = true;
  return static_cast<int>(
      ::syscall(SYS_waitid, type, id, info, waits ? how & ~WNOHANG : how, nullptr));
}
