// SPDX-License-Identifier: BSL-1.0
// Mocks used as they cannot be: one clear sentence each.
#include <gtest/gtest-spi.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "accounts.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/inject/usual.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::mock_account;
using support::task;
using testing::AllOf;
using testing::HasSubstr;
using testing::NiceMock;

TEST(BadMock, MadeOutsideOfTheBody) {
  NiceMock<mock_account> to;
  ON_CALL(to, deposit).WillByDefault(CoReturn());
  const auto body = [&](scheduler&) -> task<> { co_await to.deposit(1); };
  EXPECT_THAT(explore(body).error,
              AllOf(HasSubstr("deposit() was given its action outside of the body"),
                    HasSubstr("Make the mock in the body"), HasSubstr("in_process()")));
  EXPECT_THAT(explore(body, options().in_process()), SurvivesEveryFault());
}

TEST(BadMock, MadeOutsideOfTheBodyWithAMethodThatIsNoCoroutine) {
  mock_account log;
  EXPECT_CALL(log, note(1)).Times(testing::AtMost(1));
  const auto body = [&](scheduler& s) -> task<> {
    co_await s.yield();
    log.note(1);
  };
  EXPECT_THAT(explore(body).error,
              AllOf(HasSubstr("bad_mock_test.cpp:"), HasSubstr("made outside of the body"),
                    HasSubstr("Make it in the body")));
}

// The text of the failure holds an address, which differs from run to run.
struct buffers {
  MOCK_METHOD(void, take, (const void*), ());
};

TEST(BadMock, CalledTooOftenInTheBodyIsNotTakenForOneFromOutside) {
  const auto body = [](scheduler& s) -> task<> {
    static std::vector<std::unique_ptr<int>> kept;
    kept.push_back(std::make_unique<int>(1));
    buffers b;
    EXPECT_CALL(b, take(testing::_)).Times(0);
    co_await s.yield();
    b.take(kept.back().get());
  };
  const auto result = explore(body);
  EXPECT_EQ(result.error, "");
  EXPECT_THAT(result.failures, testing::ElementsAre(HasSubstr("Function call: take(")));
}

// Expects a call, and makes it in the runs of an exploration only.
void expect_outside(const options& how) {
  mock_account log;
  EXPECT_CALL(log, note(1)).Times(testing::AtLeast(1));
  const auto body = [&](scheduler& s) -> task<> {
    co_await s.yield();
    log.note(1);
  };
  static_cast<void>(explore(body, how));
}

// What GoogleTest prints while `work` makes the test fail, in a process where that does not matter.
std::string printed_by(const std::function<void()>& work) {
  std::FILE* const file = std::tmpfile();
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::fileno(file), STDOUT_FILENO);
    ::dup2(::fileno(file), STDERR_FILENO);
    work();
    std::fflush(nullptr);
    ::_exit(0);
  }
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  std::rewind(file);
  std::string out(1 << 14, '\0');
  out.resize(std::fread(out.data(), 1, out.size(), file));
  std::fclose(file);
  return out;
}

TEST(BadMock, ExpectsOutsideOfTheBodyWhatIsCalledInAnotherProcess) {
  EXPECT_THAT(printed_by([] { expect_outside(options()); }),
              AllOf(HasSubstr("never called"), HasSubstr("what they call is not seen here"),
                    HasSubstr("make it in the body")));
  EXPECT_EQ(printed_by([] { expect_outside(options().in_process()); }), "");
}

TEST(UnmetExpectation, WithoutAnExplorationIsGoogleMocksAlone) {
  EXPECT_THAT(printed_by([] {
                mock_account log;
                EXPECT_CALL(log, note(1));
              }),
              AllOf(HasSubstr("never called"), testing::Not(HasSubstr("cofault: "))));
}

TEST(BadMock, AnActionThatWaitsWithoutAScheduler) {
  NiceMock<mock_account> to;
  ON_CALL(to, deposit).WillByDefault(CoReturnAfter(std::chrono::seconds(1)));
  task<> waits = to.deposit(1);
  waits.start();
  EXPECT_THROW(waits.await_resume(), std::logic_error);
}

TEST(BadMock, AValueThatCanOnlyBeMovedIsReturnedOnce) {
  struct source {
    MOCK_METHOD(task<std::unique_ptr<int>>, next, ());
  };
  NiceMock<source> numbers;
  ON_CALL(numbers, next).WillByDefault(CoReturn(std::make_unique<int>(7)));
  const auto take = [&] {
    auto next = numbers.next();
    next.start();
    return next.await_resume();
  };
  EXPECT_EQ(*take(), 7);
  try {
    static_cast<void>(take());
    FAIL() << "a moved value was returned again";
  } catch (const std::logic_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("can only be moved, so it is returned once"));
  }
}

TEST(BadMock, ASelectorForAMethodThatIsNotCalled) {
  const auto body = [](scheduler&) -> task<> {
    NiceMock<mock_account> to;
    ON_CALL(to, deposit).WillByDefault(CoReturn());
    co_await to.deposit(1);
  };
  const auto how = options().inject(inject::only(inject::usual(), inject::operation("withdraw")));
  EXPECT_THAT(explore(body, how).error,
              HasSubstr("'of operation withdraw' matches no await point"));
  const auto misspelt = inject::only(inject::usual(), !inject::operation("deposti"));
  EXPECT_THAT(explore(body, options().inject(inject::usual(), misspelt)).notes,
              testing::Contains(HasSubstr("excludes nothing: did you mean 'deposit'?")));
}

}  // namespace
