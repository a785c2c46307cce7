// SPDX-License-Identifier: BSL-1.0
#include "cofault/gtest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include <iostream>
#include <string>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/fault_free.hpp"
#include "cofault/property/assertions.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

options with_assertions() {
  return options().judge(properties::assertions(), properties::progress());
}

task<> fine(scheduler& s) { co_await s.yield(); }

// Hangs once it has failed.
task<> sulks(scheduler& s) {
  bool failed = false;
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    failed = true;
  }
  if (failed) co_await s.sleep_for(std::chrono::nanoseconds::max());
}

TEST(Matcher, PassesACleanExploration) { EXPECT_THAT(explore(fine), SurvivesEveryFault()); }

TEST(Matcher, FailsWithTheReport) {
  static exploration result;
  result = explore(sulks, with_assertions());
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, SurvivesEveryFault()), "survives every fault");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, SurvivesEveryFault()),
                          "violated: nothing waits for ever");
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, SurvivesEveryFault()), "COFAULT_REPLAY='");
  EXPECT_THAT(result, Not(SurvivesEveryFault()));
}

// Its assertion fails behind a fault.
task<> miscounts(scheduler& s) {
  int steps = 0;
  try {
    co_await s.yield();
    ++steps;
  } catch (const injected_error&) {
    std::cerr << "no luck\n";
  }
  EXPECT_EQ(steps, 1);
}

TEST(Assertion, IsAFindingAndNoReasonToStop) {
  const bool before = GTEST_FLAG_GET(break_on_failure);
  GTEST_FLAG_SET(break_on_failure, true);
  const exploration result = explore(miscounts, with_assertions());
  EXPECT_TRUE(GTEST_FLAG_GET(break_on_failure));
  GTEST_FLAG_SET(break_on_failure, before);
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, "the test's own assertions hold");
}

TEST(Matcher, FailsWithTheErrorOfABadCall) {
  static exploration result;
  result = explore(fine, options().trials(0));
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, SurvivesEveryFault()), "0 trials");
}

// A test whose own assertion is wrong, with or without a fault.
task<> wrong(scheduler& s) {
  EXPECT_EQ(1 + 1, 3) << "arithmetic";
  try {
    co_await s.yield();
  } catch (const injected_error&) {
  }
}

TEST(Assertion, WithoutAFaultFailsTheTestWithItsOwnText) {
  static exploration result;
  result = explore(wrong, with_assertions());
  ASSERT_EQ(result.failures.size(), 1u);
  EXPECT_THAT(result.failures[0],
              AllOf(HasSubstr("gtest_test.cpp:"), HasSubstr("1 + 1"), HasSubstr("arithmetic")));
  EXPECT_TRUE(result.findings.empty()) << "reported once: " << describe(result);
  EXPECT_NONFATAL_FAILURE(EXPECT_THAT(result, SurvivesEveryFault()), "arithmetic");
}

TEST(Assertion, InThisProcessDoesNotFailTheTestTwice) {
  EXPECT_EQ(explore(wrong, with_assertions().in_process()).failures.size(), 1u);
}

// Right without a fault; twice wrong with one.
task<> fragile(scheduler& s) {
  int answer = 0;
  try {
    co_await s.yield();
    answer = 42;
  } catch (const injected_error&) {
  }
  EXPECT_EQ(answer, 42) << "the first assertion";
  EXPECT_EQ(answer, 42) << "the second assertion";
}

TEST(Assertion, WithAFaultIsAFindingWithGoogleTestsText) {
  const auto result = explore(fragile, with_assertions());
  EXPECT_TRUE(result.failures.empty());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, properties::assertions().name());
  EXPECT_THAT(result.findings[0].explanation,
              AllOf(HasSubstr("gtest_test.cpp:"), HasSubstr("answer"), HasSubstr("Which is: 0"),
                    HasSubstr("the first assertion")));
  EXPECT_EQ(result.findings[0].more, 0u) << "reported once";
}

TEST(Assertion, BehindOneThatFailsAnywayIsStillFound) {
  const auto body = [](scheduler& s) -> task<> {
    EXPECT_TRUE(false) << "always";
    co_await fragile(s);
  };
  const auto result = explore(body, with_assertions());
  EXPECT_THAT(result.failures, testing::ElementsAre(HasSubstr("always")));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_THAT(result.findings[0].explanation, HasSubstr("the first assertion"));
}

TEST(Assertion, GuardedByFaultFree) {
  const auto body = [](scheduler& s) -> task<> {
    int answer = 0;
    try {
      co_await s.yield();
      answer = 42;
    } catch (const injected_error&) {
      EXPECT_FALSE(fault_free());
    }
    if (fault_free()) {
      EXPECT_EQ(answer, 42);
    }
  };
  EXPECT_TRUE(fault_free());
  EXPECT_THAT(explore(body, with_assertions()), SurvivesEveryFault());
}

TEST(Assertion, OfAMockIsCollected) {
  struct sink {
    MOCK_METHOD(void, write, ());
  };
  const auto body = [](scheduler& s) -> task<> {
    testing::StrictMock<sink> mock;
    EXPECT_CALL(mock, write());
    try {
      co_await s.yield();
      mock.write();
    } catch (const injected_error&) {
    }
  };
  const auto result = explore(body, with_assertions());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_THAT(result.findings[0].explanation, HasSubstr("never called"));
}

TEST(Assertion, OutsideOfARunIsGoogleTestsOwn) {
  static_cast<void>(explore(fine));
  EXPECT_NONFATAL_FAILURE(ADD_FAILURE() << "as usual", "as usual");
}

TEST(Print, IsTheDescription) {
  const auto result = explore(sulks, with_assertions());
  EXPECT_EQ(testing::PrintToString(result), "\n" + describe(result));
}

}  // namespace
