// SPDX-License-Identifier: BSL-1.0
#include "cofault/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/detail/wait_time.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using support::task;

class Clock : public testing::Test {
 protected:
  Clock() { virtual_clock::start(); }
  ~Clock() override { virtual_clock::stop(); }
};

TEST_F(Clock, StandsStillUntilItJumps) {
  EXPECT_TRUE(virtual_clock::running());
  EXPECT_EQ(virtual_clock::now(), 0);
  const auto steady = steady_clock::now();
  const auto system = system_clock::now();
  EXPECT_EQ(steady_clock::now(), steady);
  EXPECT_EQ(system_clock::now(), system);
  virtual_clock::jump(std::chrono::nanoseconds(7h).count());
  EXPECT_EQ(steady_clock::now() - steady, 7h);
  EXPECT_EQ(system_clock::now() - system, 7h);
}

TEST_F(Clock, NeverGoesBack) {
  virtual_clock::jump(10);
  virtual_clock::jump(3);
  virtual_clock::jump(-1);
  EXPECT_EQ(virtual_clock::now(), 10);
}

TEST_F(Clock, StartsAtAFixedTime) {
  const auto steady = steady_clock::now();
  const auto system = system_clock::now();
  virtual_clock::jump(1000);
  virtual_clock::start();
  EXPECT_EQ(steady_clock::now(), steady);
  EXPECT_EQ(system_clock::now(), system);
  EXPECT_GT(steady.time_since_epoch(), 0s) << "some code takes the epoch for 'not set'";
}

TEST_F(Clock, OtherThreadsSeeRealTime) {
  const auto here = system_clock::now();
  system_clock::time_point there;
  bool shown = true;
  std::thread([&] {
    shown = virtual_clock::running();
    there = system_clock::now();
  }).join();
  EXPECT_FALSE(shown);
  EXPECT_NE(there, here);
  virtual_clock::stop();
  EXPECT_GE(system_clock::now(), there) << "real time again";
}

// What Asio's timers ask, for the resolutions that the C++ libraries give their clocks.
template <class Resolution>
class WaitTime : public Clock {};
using resolutions = testing::Types<std::chrono::nanoseconds, std::chrono::microseconds,
                                   std::chrono::milliseconds, std::chrono::seconds>;
TYPED_TEST_SUITE(WaitTime, resolutions);

TYPED_TEST(WaitTime, IsNotedInNanoseconds) {
  EXPECT_EQ(detail::wait_duration(TypeParam(3s)), TypeParam::zero()) << "Asio looks again at once";
  EXPECT_EQ(detail::noted_deadline(true), std::chrono::nanoseconds(3s).count());
  static_cast<void>(detail::wait_duration(TypeParam::max()));
  EXPECT_GT(detail::noted_deadline(true), never);
  static_cast<void>(detail::wait_duration(TypeParam::min()));
  EXPECT_EQ(detail::noted_deadline(true), 0) << "what is overdue is due now";
}

TYPED_TEST(WaitTime, IsLeftAloneInRealTime) {
  virtual_clock::stop();
  EXPECT_EQ(detail::wait_duration(TypeParam(3s)), TypeParam(3s));
}

TEST_F(Clock, ATimeSoLongAgoThatNoDurationTellsIsDue) {
  using time = steady_clock::time_point;
  EXPECT_EQ(detail::wait_until(time::min()), steady_clock::duration::zero());
  EXPECT_EQ(detail::noted_deadline(true), 0);
}

TEST(ClockOfARun, IsShownToTheBodyOnly) {
  const auto before = system_clock::now();
  steady_clock::duration slept{};
  bool shown = false;
  const auto body = [&](scheduler& s) -> task<> {
    shown = virtual_clock::running();
    const auto start = steady_clock::now();
    co_await s.sleep_for(24h);
    slept = steady_clock::now() - start;
  };
  EXPECT_TRUE(explore(body, options().in_process()).clean());
  EXPECT_TRUE(shown);
  EXPECT_EQ(slept, 24h);
  EXPECT_FALSE(virtual_clock::running());
  EXPECT_LT(system_clock::now() - before, 24h);
}

}  // namespace
