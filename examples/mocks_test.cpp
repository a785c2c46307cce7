// SPDX-License-Identifier: BSL-1.0
// What docs/mocks.md shows.
#include <chrono>
#include <cofault/fault_free.hpp>
#include <cofault/gmock.hpp>
#include <cofault/inject/selector.hpp>
#include <cofault/inject/throwing.hpp>
#include <cofault/runtime.hpp>
#include <exception>
#include <stdexcept>
#include <string>

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::runtime::task;
using namespace std::chrono_literals;

// ---- production code: an interface whose methods are coroutines, and who uses it

class bank {
 public:
  virtual ~bank() = default;
  virtual task<int> balance(std::string account) = 0;
  virtual task<void> withdraw(std::string account, int sum) = 0;
  virtual task<void> deposit(std::string account, int sum) = 0;
};

struct no_money : std::runtime_error {
  using std::runtime_error::runtime_error;
};

task<> transfer(bank& b, std::string from, std::string to, int sum) {
  const int there = co_await b.balance(from);
  if (there < sum) throw no_money("only " + std::to_string(there));
  co_await b.withdraw(from, sum);
  std::exception_ptr failure;
  try {
    co_await b.deposit(to, sum);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) co_return;
  co_await b.deposit(from, sum);
  std::rethrow_exception(failure);
}

// ---- the tests

using namespace cofault;
using testing::_;

struct mock_bank : bank {
  MOCK_METHOD(task<int>, balance, (std::string), (override));
  MOCK_METHOD(task<void>, withdraw, (std::string, int), (override));
  MOCK_METHOD(task<void>, deposit, (std::string, int), (override));
};

TEST(Transfer, MovesTheSum) {
  const auto body = []() -> task<> {
    mock_bank b;
    EXPECT_CALL(b, balance("ann")).WillOnce(CoReturn(100));
    EXPECT_CALL(b, withdraw("ann", 5)).Times(WithoutFaults(1)).WillOnce(CoReturnAfter(2s));
    EXPECT_CALL(b, deposit("bob", 5)).Times(WithoutFaults(1)).WillOnce(CoReturn());
    EXPECT_CALL(b, deposit("ann", 5)).Times(testing::AtMost(1)).WillOnce(CoReturn());
    co_await transfer(b, "ann", "bob", 5);
  };
  EXPECT_THAT(explore(body), SurvivesEveryFault());
}

TEST(Transfer, NeedsMoney) {
  const auto body = []() -> task<> {
    mock_bank b;
    EXPECT_CALL(b, balance(_)).WillOnce(CoReturn(1));
    EXPECT_CALL(b, withdraw(_, _)).Times(0);
    std::string refused;
    try {
      co_await transfer(b, "ann", "bob", 5);
    } catch (const no_money& e) {
      refused = e.what();
    }
    if (fault_free()) {
      EXPECT_EQ(refused, "only 1");
    }
  };
  EXPECT_THAT(explore(body), SurvivesEveryFault());
}

TEST(Transfer, GivesTheMoneyBack) {
  const auto body = []() -> task<> {
    testing::NiceMock<mock_bank> b;
    ON_CALL(b, balance).WillByDefault(CoReturn(100));
    ON_CALL(b, withdraw).WillByDefault(CoReturn());
    ON_CALL(b, deposit).WillByDefault(CoReturn());
    EXPECT_CALL(b, deposit("bob", 5)).WillOnce(CoReturn());
    EXPECT_CALL(b, deposit("ann", 5)).Times(testing::AtMost(1)).WillOnce(CoReturn());
    co_await transfer(b, "ann", "bob", 5);
  };
  using namespace cofault::inject;
  const auto how = options().inject(
      only(throwing(no_money("the bank is closed")), operation("deposit") && visit(1)));
  EXPECT_THAT(explore(body, how), SurvivesEveryFault());
}

TEST(Transfer, IsGivenUpWhenTheBankDoesNotAnswer) {
  const auto body = []() -> task<> {
    testing::NiceMock<mock_bank> b;
    ON_CALL(b, balance).WillByDefault(CoNeverReturns());
    bool gave_up = false;
    try {
      co_await runtime::timeout(30s, transfer(b, "ann", "bob", 5));
    } catch (const runtime::timed_out&) {
      gave_up = true;
    }
    if (fault_free()) {
      EXPECT_TRUE(gave_up);
    }
  };
  EXPECT_THAT(explore(body), SurvivesEveryFault());
}

TEST(Transfer, FailsAsTheBankDoes) {
  const auto body = []() -> task<> {
    testing::NiceMock<mock_bank> b;
    ON_CALL(b, balance).WillByDefault(CoThrow(no_money("no such account")));
    std::string why;
    try {
      co_await transfer(b, "ann", "bob", 5);
    } catch (const no_money& e) {
      why = e.what();
    }
    if (fault_free()) {
      EXPECT_EQ(why, "no such account");
    }
  };
  EXPECT_THAT(explore(body), SurvivesEveryFault());
}

}  // namespace
