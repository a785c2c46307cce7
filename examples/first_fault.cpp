// SPDX-License-Identifier: BSL-1.0
// What docs/first-fault.md and docs/reading-a-report.md show. One test fails, as it should.
#include <chrono>
#include <cofault/gmock.hpp>
#include <cofault/runtime.hpp>
#include <exception>
#include <iostream>
#include <string>

COFAULT_USER_CODE(__FILE__);  // the coroutines of this very file get the faults

namespace {

using cofault::runtime::sleep_for;
using cofault::runtime::task;
using namespace std::chrono_literals;

class till {
 public:
  task<> take(int sum) {
    co_await sleep_for(10ms);  // asks the bank
    taken_ += sum;
  }
  task<> print(std::string) { co_await sleep_for(1s); }
  int taken() const { return taken_; }

 private:
  int taken_ = 0;
};

task<> check_out(till& t, int sum) {
  co_await t.take(sum);
  try {
    co_await t.print("thank you");
  } catch (const std::exception&) {
    // the sum has been taken, after all
  }
}

TEST(Till, ChecksOut) {
  const auto body = []() -> task<> {
    till t;
    co_await check_out(t, 12);
    EXPECT_EQ(t.taken(), 12);
  };
  EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault());
}

// ---- the fix

task<> check_out_with_log(till& t, int sum) {
  co_await t.take(sum);
  try {
    co_await t.print("thank you");
  } catch (const std::exception& e) {
    std::clog << "no receipt for " << sum << ": " << e.what() << '\n';
  }
}

TEST(FixedTill, ChecksOut) {
  const auto body = []() -> task<> {
    till t;
    co_await check_out_with_log(t, 12);
    EXPECT_EQ(t.taken(), 12);
  };
  EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault());
}

TEST(FixedTill, ReportsThatThereIsNoReceipt) {
  const auto body = []() -> task<> {
    till t;
    co_await check_out_with_log(t, 12);
  };
  const auto how = cofault::options().replay("first_fault.cpp:till::print+0=throw:failed");
  EXPECT_THAT(cofault::explore(body, how),
              testing::AllOf(cofault::Completes(), cofault::FateOf(cofault::fate::reported)));
}

}  // namespace
