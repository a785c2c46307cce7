// SPDX-License-Identifier: BSL-1.0
// COFAULT_BREAK stops the debugger at the fault and where the harm is done, and nowhere else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;
using testing::AllOf;
using testing::HasSubstr;

// Where the program under test has come to, for whoever stops it; and what explore() said.
struct seen {
  char at;
  char error[512];
};
seen& shared() {
  static void* const memory =
      ::mmap(nullptr, sizeof(seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *static_cast<seen*>(memory);
}

task<> swallows(scheduler& s) {
  shared().at = 'a';
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    shared().at = 'h';
  }
  shared().at = 'b';
  co_await s.yield();
  shared().at = 'z';
}

// The harm is done at the second await.
task<> leaks(scheduler& s) {
  shared().at = 'a';
  co_await s.yield();
  const std::uint32_t file = acquired("a file");
  shared().at = 'b';
  co_await s.yield();
  shared().at = 'c';
  released(file);
}

// Handlers that print come before the one that is blamed, and are an event more each.
task<> reports_then_swallows(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    std::clog << "the first one failed\n";
  }
  for (int i = 0; i < 20; ++i) {
    try {
      throw i;
    } catch (int which) {
      std::clog << "number " << which << '\n';
    }
  }
  shared().at = 'a';
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    shared().at = 'h';
  }
  shared().at = 'z';
}

options throwing() { return options().inject(inject::throwing(injected_error("broken"))); }

// Explores in a child, as its debugger where `debugging`; returns what the program had come to at
// each stop.
std::string stops_of(task<> (*body)(scheduler&), const std::string& plan, const char* where,
                     bool debugging = true) {
  shared() = {};
  const pid_t child = ::fork();
  if (child == 0) {
    if (debugging) ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::setenv("COFAULT_BREAK", where, 1);
    if (!plan.empty()) ::setenv("COFAULT_REPLAY", plan.c_str(), 1);
    const exploration out = explore(body, throwing());
    const std::string error = out.error.substr(0, sizeof shared().error - 1);
    std::copy(error.begin(), error.end(), shared().error);
    ::_exit(0);
  }
  std::string out;
  int status = 0;
  while (::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
    const int signal = WSTOPSIG(status);
    if (signal == SIGTRAP) out += shared().at;
    ::ptrace(PTRACE_CONT, child, nullptr,
             reinterpret_cast<void*>(std::intptr_t{signal == SIGTRAP ? 0 : signal}));
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  return out;
}

// The fault at each await of the body, in order.
std::vector<std::string> plans_of(task<> (*body)(scheduler&)) {
  return support::plans_of(explore(body, throwing().judge(support::untouched())));
}

TEST(Breakpoint, AtTheFault) {
  EXPECT_EQ(stops_of(swallows, plans_of(swallows).at(0), "fault"), "a");
}

TEST(Breakpoint, AtTheHandlerThatEndsTheException) {
  EXPECT_EQ(stops_of(swallows, plans_of(swallows).at(0), "culprit"), "h");
}

TEST(Breakpoint, AtTheAwaitThatIsBlamed) {
  const std::string plan = plans_of(leaks).at(1);
  EXPECT_EQ(stops_of(leaks, plan, "culprit"), "b");
  EXPECT_EQ(stops_of(leaks, plan, "fault"), "b");
}

TEST(Breakpoint, AtEachFaultOfThePlan) {
  const std::vector<std::string> all = plans_of(swallows);
  EXPECT_EQ(stops_of(swallows, all.at(0) + ";" + all.at(1), "fault"), "ab");
}

TEST(Breakpoint, BehindAHandlerThatPrints) {
  const std::vector<std::string> all = plans_of(reports_then_swallows);
  EXPECT_EQ(stops_of(reports_then_swallows, all.at(0) + ";" + all.at(1), "culprit"), "h");
}

TEST(BadInput, BreakpointNeedsADebugger) {
  EXPECT_EQ(stops_of(swallows, plans_of(swallows).at(0), "fault", false), "");
  EXPECT_THAT(shared().error, AllOf(HasSubstr("COFAULT_BREAK=fault"), HasSubstr("gdb --args")));
}

task<> swallows_and_remembers(scheduler& s) {
  static int runs = 0;
  const bool odd = ++runs % 2 == 1;
  co_await swallows(s);
  if (odd) co_await s.yield();
}

TEST(BadInput, BreakpointWhereEachRunHasAProcessOfItsOwn) {
  const auto all = plans_of(swallows_and_remembers);
  EXPECT_EQ(stops_of(swallows_and_remembers, all.at(0), "fault"), "");
  EXPECT_THAT(shared().error, AllOf(HasSubstr("COFAULT_BREAK"), HasSubstr("one of its own")));
}

TEST(BadInput, BreakpointNeedsAPlan) {
  EXPECT_EQ(stops_of(swallows, "", "fault"), "");
  EXPECT_THAT(shared().error, HasSubstr("set COFAULT_REPLAY"));
}

TEST(BadInput, BreakpointOfAnUnknownKind) {
  EXPECT_EQ(stops_of(swallows, plans_of(swallows).at(0), "Fault"), "");
  EXPECT_THAT(shared().error, HasSubstr("'Fault'; set it to fault or to culprit"));
}

}  // namespace
