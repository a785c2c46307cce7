// SPDX-License-Identifier: BSL-1.0
// Expectations that a fault breaks: part of the counterexample, and one failure of the test.
#include <gtest/gtest-spi.h>

#include <chrono>
#include <functional>
#include <string>

#include "../support/exploring.hpp"
#include "accounts.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/property/assertions.hpp"
#include "cofault/property/surfacing.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using namespace std::chrono_literals;
using support::account;
using support::mock_account;
using support::task;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

options with_assertions() { return options().judge(properties::assertions()); }

task<> transfer(account& from, account& to) {
  co_await from.withdraw(5);
  co_await to.deposit(5);
}

task<> transfers(scheduler&) {
  mock_account from, to;
  EXPECT_CALL(from, withdraw(5)).WillOnce(CoReturn());
  EXPECT_CALL(to, deposit(5)).WillOnce(CoReturnAfter(1s));
  co_await transfer(from, to);
}

// Tries once more, and then once too often; notes each try.
task<> insist(account& to) {
  for (int tries = 0; tries < 2; ++tries) {
    bool failed = false;
    try {
      co_await to.deposit(5);
    } catch (const injected_error&) {
      failed = true;
    }
    to.note(tries);
    if (!failed) co_return;
  }
  co_await to.deposit(5);
}

task<> insists(scheduler&) {
  mock_account to;
  EXPECT_CALL(to, deposit(5)).Times(2).WillRepeatedly(CoReturn());
  co_await insist(to);
  co_await insist(to);
}

// How often the test fails, and with which text, where `work` is done in it.
std::vector<std::string> failures_of(const std::function<void()>& work) {
  testing::TestPartResultArray results;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &results);
    work();
  }
  std::vector<std::string> out;
  for (int i = 0; i < results.size(); ++i) out.emplace_back(results.GetTestPartResult(i).message());
  return out;
}

TEST(Expectation, ThatIsNotMetBehindAFaultIsOneFailureThatTellsWhichCall) {
  const auto failures =
      failures_of([] { EXPECT_THAT(explore(transfers, with_assertions()), SurvivesEveryFault()); });
  ASSERT_THAT(failures,
              ElementsAre(AllOf(HasSubstr("withdraw() throws 'failed' instead of running"),
                                HasSubstr("EXPECT_CALL(to, deposit(5))"), HasSubstr("never called"),
                                HasSubstr("COFAULT_REPLAY='"))));
}

TEST(Expectation, ThatIsExceededBehindAFaultIsOneFailureThatTellsWhichCall) {
  const auto failures =
      failures_of([] { EXPECT_THAT(explore(insists, with_assertions()), SurvivesEveryFault()); });
  ASSERT_THAT(failures,
              ElementsAre(AllOf(HasSubstr("deposit() throws 'failed' instead of running"),
                                HasSubstr("Mock function called more times than expected"),
                                HasSubstr("Function call: deposit(5)"),
                                HasSubstr("Actual: called 3 times"))));
}

TEST(Expectation, ThatIsExceededShowsNoBytesOfTheCoroutine) {
  const auto body = [](scheduler&) -> task<> {
    testing::NiceMock<mock_account> to;
    ON_CALL(to, deposit).WillByDefault(CoReturn());
    EXPECT_CALL(to, deposit(5)).Times(2);
    co_await insist(to);
    co_await insist(to);
  };
  const auto result = explore(body, with_assertions());
  ASSERT_FALSE(result.findings.empty());
  EXPECT_THAT(result.findings[0].report,
              AllOf(HasSubstr("Actual: called 3 times"), Not(HasSubstr("-byte object"))));
}

TEST(Expectation, ThatIsMetWhateverHappensIsFine) {
  const auto body = [](scheduler&) -> task<> {
    mock_account from, to;
    EXPECT_CALL(from, withdraw(5)).WillOnce(CoReturn());
    EXPECT_CALL(to, deposit(5)).Times(WithoutFaults(1)).WillOnce(CoReturn());
    co_await transfer(from, to);
  };
  EXPECT_THAT(explore(body), SurvivesEveryFault());
}

// What needs two faults is shrunk, in processes of its own.
task<> needs_two(scheduler&) {
  mock_account a, b;
  EXPECT_CALL(a, withdraw(testing::_)).WillRepeatedly(CoReturn());
  EXPECT_CALL(a, deposit(testing::_)).Times(testing::AtMost(1)).WillRepeatedly(CoReturn());
  int failed = 0;
  for (int i = 0; i < 3; ++i) {
    try {
      co_await a.withdraw(i);
    } catch (const injected_error&) {
      ++failed;
    }
    b.note(i);
  }
  for (int i = 0; i < failed; ++i) co_await a.deposit(i);
}

TEST(Expectation, ThatNeedsTwoFaultsIsShrunkWithoutNoise) {
  for (const auto& how : {with_assertions(), with_assertions().in_process(),
                          with_assertions().search(search::random(50), search::exhaustive(2))}) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    std::string text;
    const auto failures = failures_of([&] { text = describe(explore(needs_two, how)); });
    const std::string out = testing::internal::GetCapturedStdout(),
                      err = testing::internal::GetCapturedStderr();
    EXPECT_EQ(out, "");
    EXPECT_EQ(err, "");
    EXPECT_TRUE(failures.empty()) << failures[0];
    EXPECT_THAT(text, HasSubstr("Function call: deposit(1)"));
  }
}

TEST(Expectation, ThatTheTestItselfBreaksIsItsOwnFailure) {
  const auto body = [](scheduler&) -> task<> {
    mock_account to;
    EXPECT_CALL(to, deposit(5)).WillRepeatedly(CoReturn());
    EXPECT_CALL(to, note(1));
    co_await to.deposit(5);
  };
  const auto result = explore(body, with_assertions());
  EXPECT_THAT(result.failures, ElementsAre(HasSubstr("EXPECT_CALL(to, note(1))")));
  EXPECT_TRUE(result.findings.empty()) << describe(result);
}

TEST(Expectation, OfWorkThatIsCutOffNeedNotBeMet) {
  const auto body = [](scheduler&) -> task<> {
    mock_account from, to;
    EXPECT_CALL(from, withdraw(5)).WillOnce(CoReturnAfter(1s));
    EXPECT_CALL(to, deposit(5)).WillOnce(CoReturn());
    co_await transfer(from, to);
  };
  const auto cutting = with_assertions().inject(inject::stop(), inject::destroy());
  EXPECT_THAT(explore(body, cutting), SurvivesEveryFault());
  EXPECT_THAT(explore(body, with_assertions()), Not(SurvivesEveryFault()));
}

// An uninteresting call prints nothing, so it is no report of the exception.
task<> quiet(scheduler&) {
  mock_account to;
  EXPECT_CALL(to, deposit(5)).WillOnce(CoReturn());
  try {
    co_await to.deposit(5);
  } catch (const injected_error&) {
    to.note(5);
  }
}

TEST(UninterestingCall, IsNoReportOfAnException) {
  const auto result = explore(quiet, options().judge(properties::surfacing()));
  EXPECT_EQ(result.findings.size(), 1u) << describe(result);
}

TEST(UninterestingCall, IsReportedOutsideOfRunsAsUsual) {
  static_cast<void>(explore(quiet, with_assertions()));
  testing::internal::CaptureStdout();
  {
    mock_account to;
    to.note(7);
  }
  EXPECT_THAT(testing::internal::GetCapturedStdout(),
              HasSubstr("Uninteresting mock function call"));
}

}  // namespace
