// SPDX-License-Identifier: BSL-1.0
// A handler that prints has reported what it caught. A search asks for that only where something
// looks wrong, and runs such a trial again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "../support/task.hpp"
#include "cofault/explore.hpp"
#include "cofault/fault_free.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;
using testing::Contains;
using testing::HasSubstr;

constexpr int runs_without_faults = 3;

task<> waits(scheduler& s) { co_await s.yield(); }

// Either may fail, and `handle` is all that becomes of it.
template <class Handle>
task<> forgives(scheduler& s, Handle handle) {
  try {
    co_await waits(s);
  } catch (int) {
    handle();
  }
  try {
    co_await waits(s);
  } catch (int) {
    handle();
  }
}

struct explored {
  exploration found;
  int runs = 0;
};

template <class Handle>
explored explore_in_process(Handle handle) {
  explored out;
  const auto body = [&](scheduler& s) {
    ++out.runs;
    return forgives(s, handle);
  };
  out.found = explore(body, options().inject(inject::throwing(1)).in_process());
  return out;
}

TEST(Output, OfAHandlerCountsWhateverItGoesThrough) {
  const auto by_error = [] { std::cerr << "no luck\n"; };
  const auto by_output = [] { std::puts("no luck"); };
  const auto by_number = [] { EXPECT_EQ(::dprintf(STDOUT_FILENO, "no luck\n"), 8); };
  EXPECT_TRUE(explore_in_process(by_error).found.clean());
  EXPECT_TRUE(explore_in_process(by_output).found.clean());
  EXPECT_TRUE(explore_in_process(by_number).found.clean());
}

// As testing::internal::CaptureStderr() does it.
TEST(Output, CountsWhereTheTestCapturesIt) {
  const auto by_error = [] { std::cerr << "no luck\n"; };
  const auto body = [&](scheduler& s) -> task<> {
    testing::internal::CaptureStderr();
    co_await forgives(s, by_error);
    const std::string said = testing::internal::GetCapturedStderr();
    if (!fault_free()) {
      EXPECT_EQ(said, "no luck\n");
    }
  };
  const auto how = options().inject(inject::throwing(1)).trials(2);
  EXPECT_TRUE(explore(body, how).clean()) << describe(explore(body, how));
}

TEST(Output, IsMissedInAHandlerThatHasNone) {
  const auto found = explore_in_process([] {}).found;
  ASSERT_EQ(found.findings.size(), 2u) << describe(found);
  EXPECT_EQ(found.findings[0].property, "every exception surfaces");
}

TEST(Output, OfEarlierAndLaterCodeIsNoHandlers) {
  const auto body = [](scheduler& s) -> task<> {
    std::cerr << "before\n";
    try {
      co_await waits(s);
    } catch (int) {
    }
    std::cerr << "after\n";
  };
  const auto found = explore(body, options().inject(inject::throwing(1)).in_process());
  EXPECT_EQ(found.findings.size(), 1u) << describe(found);
}

TEST(Output, IsAskedForFromTheFirstTrialOnThatNeedsIt) {
  const auto prints = explore_in_process([] { std::cerr << "no luck\n"; });
  ASSERT_TRUE(prints.found.clean());
  EXPECT_EQ(prints.runs, runs_without_faults + static_cast<int>(prints.found.trials) + 1);
}

// It is reported, and what is tried behind it is the same as behind any fault that hurts nobody.
TEST(Output, CountsAtADeliberatePlaceToo) {
  const auto body = [](scheduler& s) -> task<> {
    try {
      co_await waits(s);
    } catch (int) {  // cofault: deliberate
      std::cerr << "no luck\n";
    }
    try {
      co_await s.yield();
    } catch (int) {
      throw;
    }
  };
  const auto found = explore(body, options().inject(inject::throwing(1)).in_process());
  EXPECT_TRUE(found.clean()) << describe(found);
  EXPECT_THAT(found.covered, Contains(testing::Field(&coverage::what, "pairs")));
  EXPECT_THAT(found.notes, testing::Not(Contains(HasSubstr("deliberate"))));
}

// Nobody can repeat what went wrong once: it is no finding, and not passed over either.
TEST(Output, IsNotWhyATrialWentWrongOnce) {
  int swallowed = 0;
  const auto found = explore_in_process([&] {
                       if (swallowed++ > 0) throw;
                     }).found;
  EXPECT_TRUE(found.findings.empty()) << describe(found);
  EXPECT_THAT(found.notes, Contains(HasSubstr("of two runs of the plan")));
}

}  // namespace
