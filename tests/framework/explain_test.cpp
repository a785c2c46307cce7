// SPDX-License-Identifier: BSL-1.0
// What a report tells beside the finding itself: which deviations it needs, and what the run
// without them did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/property/resources.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;

// The lines of one section of a report, without the label.
std::vector<std::string> section(const std::string& report, const std::string& label) {
  std::vector<std::string> out;
  std::istringstream in(report);
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("     ")) inside = line.starts_with("  " + label);
    if (inside && line.size() > 11) out.push_back(line.substr(11));
  }
  return out;
}

options leaks() {
  return options()
      .judge(properties::resources())
      .inject(inject::throwing(injected_error("broken")));
}

// Leaks where the operation fails, and its clean-up, too.
task<> roll_back(scheduler& s) {
  const std::uint32_t file = acquired("a file");
  std::exception_ptr error;
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    error = std::current_exception();
  }
  if (error) co_await s.yield();
  released(file);
}

std::string only_report(const exploration& what) {
  EXPECT_THAT(what.findings, SizeIs(1)) << describe(what);
  return what.findings.empty() ? "" : what.findings[0].report;
}

TEST(Explain, WhichDeviationsAreNeeded) {
  const std::string report = only_report(explore(roll_back, leaks()));
  EXPECT_THAT(section(report, "needed"),
              ElementsAre("without the first: what is left is not reached",
                          "without the second: nothing is violated, the root completes"))
      << report;
}

TEST(Explain, ADeviationThatIsNotNeeded) {
  const auto waits_first = [](scheduler& s) -> task<> {
    try {
      co_await s.yield();
    } catch (const injected_error&) {
    }
    const std::uint32_t file = acquired("a file");
    co_await s.yield();
    released(file);
  };
  const exploration alone = explore(waits_first, leaks());
  ASSERT_THAT(alone.findings, SizeIs(1)) << describe(alone);
  EXPECT_THAT(section(alone.findings[0].report, "needed"), IsEmpty());

  const auto all = support::plans_of(explore(waits_first, leaks().judge(support::untouched())));
  ASSERT_THAT(all, SizeIs(2));
  const std::string report =
      only_report(explore(waits_first, leaks().replay(all[0] + ";" + all[1])));
  EXPECT_THAT(section(report, "needed"),
              ElementsAre("without the first: the same, it is not needed",
                          "without the second: nothing is violated, the root completes"))
      << report;
}

// Spins behind the first fault until there is a second one.
constexpr unsigned spin = __LINE__ + 9;
task<> spins(scheduler& s) {
  bool going_on = false;
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    going_on = true;
  }
  while (going_on) try {
      co_await s.yield();
    } catch (const injected_error&) {
      static_cast<void>(acquired("a file"));
      going_on = false;
    }
}

TEST(Explain, ARunThatSpinsWithoutADeviationIsToldInAFewWords) {
  const options how = leaks().arrivals(4000).visits(5000);
  const std::string plan = "explain_test.cpp:spins+0=throw#1;explain_test.cpp:spins+5/1.3=throw#1";
  const std::string report = only_report(explore(spins, how.replay(plan)));
  const std::string place = "explain_test.cpp:" + std::to_string(spin);
  EXPECT_THAT(section(report, "needed"),
              ElementsAre("without the first: what is left is not reached",
                          "without the second: undecided, it was stopped: spins() awaits at " +
                              place + ", again and again"))
      << report;
}

TEST(Explain, TheRunWithoutTheFaultStandsBesideIt) {
  const auto leaky = [](scheduler& s) -> task<> {
    const std::uint32_t file = acquired("a file");
    co_await s.yield();
    released(file);
  };
  const std::vector<std::string> steps = section(only_report(explore(leaky, leaks())), "steps");
  ASSERT_THAT(steps, Not(IsEmpty()));
  std::string all;
  for (const std::string& line : steps) all += line + '\n';
  const std::size_t parted = all.find("with the fault");
  ASSERT_NE(parted, all.npos) << all;
  EXPECT_THAT(all.substr(0, parted), Not(HasSubstr("|")));
  EXPECT_THAT(all.substr(parted), HasSubstr("| without\n"));
  EXPECT_THAT(all.substr(parted), HasSubstr("| 0 s  the root completes\n"));
}

TEST(Explain, LongRunsAreToldInTwelveLines) {
  const auto long_run = [](scheduler& s) -> task<> {
    const std::uint32_t file = acquired("a file");
    for (int i = 0; i < 30; ++i) co_await s.yield();
    bool failed = false;
    try {
      co_await s.yield();
    } catch (const injected_error&) {
      failed = true;
    }
    for (int i = 0; i < 40; ++i) co_await s.sleep_for(std::chrono::seconds(failed ? 2 * i : i + 1));
    if (!failed) released(file);
  };
  const exploration found = explore(long_run, leaks().search(search::exhaustive(1)));
  ASSERT_THAT(found.findings, Not(IsEmpty())) << describe(found);
  std::size_t longest = 0;
  for (const finding& f : found.findings)
    longest = std::max(longest, section(f.report, "steps").size());
  EXPECT_THAT(longest, AllOf(Ge(8u), Le(12u)));
}

TEST(Explain, WithoutAFaultThereIsNothingBeside) {
  const auto leaky = [](scheduler& s) -> task<> {
    static_cast<void>(acquired("a file"));
    co_await s.yield();
  };
  const std::string report = only_report(explore(leaky, leaks()));
  EXPECT_THAT(section(report, "steps"), Each(Not(HasSubstr("|"))));
  EXPECT_THAT(section(report, "needed"), IsEmpty());
}

}  // namespace
