// SPDX-License-Identifier: BSL-1.0
// Virtual time under Asio: the clock moves when nothing else can, and only then.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cofault/fault_free.hpp"
#include "net.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::explore;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using clock = std::chrono::steady_clock;

// The runs without faults, and one with the first fault.
cofault::exploration default_run(awaitable<void> (*program)()) {
  return explore(program, support::usual().trials(1));
}

awaitable<void> seven_hours() {
  const auto start = clock::now();
  const auto date = std::chrono::system_clock::now();
  net::steady_timer timer(co_await net::this_coro::executor);
  for (int i = 0; i < 7 * 60; ++i) {
    timer.expires_after(1min);
    co_await timer.async_wait(use_awaitable);
  }
  EXPECT_EQ(clock::now() - start, 7h);
  EXPECT_EQ(std::chrono::system_clock::now() - date, 7h);
}

NET_TEST(Time, SevenHoursOfSleep) { EXPECT_THAT(default_run(seven_hours), SurvivesEveryFault()); }

awaitable<void> sleep_and_note(clock::duration d, std::string what, std::string& out) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
  out += what;
}

awaitable<void> order() {
  std::string out;
  co_await (sleep_and_note(3s, "c", out) && sleep_and_note(1s, "a", out) &&
            sleep_and_note(2s, "b", out) && sleep_and_note(-1s, "0", out) &&
            sleep_and_note(1ns, "1", out));
  EXPECT_EQ(out, "01abc");
}

NET_TEST(Time, TimersFireInOrder) { EXPECT_THAT(default_run(order), SurvivesEveryFault()); }

awaitable<void> stands_still() {
  const auto start = clock::now();
  const auto executor = co_await net::this_coro::executor;
  net::steady_timer soon(executor, 1ns);
  soon.async_wait([](net::error_code) {});
  for (int i = 0; i < 1000; ++i) co_await net::post(executor, use_awaitable);
  EXPECT_EQ(clock::now(), start);
  net::steady_timer later(executor, 1s);
  co_await later.async_wait(use_awaitable);
}

NET_TEST(Time, StandsStillWhileWorkRuns) {
  EXPECT_THAT(default_run(stands_still), SurvivesEveryFault());
}

template <class Timer>
awaitable<void> overdue() {
  const auto start = clock::now();
  Timer timer(co_await net::this_coro::executor, Timer::time_point::min());
  co_await timer.async_wait(use_awaitable);
  EXPECT_EQ(clock::now(), start);
}

awaitable<void> long_overdue() {
  co_await overdue<net::steady_timer>();
  co_await overdue<net::system_timer>();
}

NET_TEST(Time, ATimerOfTheDistantPastFiresAtOnce) {
  EXPECT_THAT(default_run(long_overdue), SurvivesEveryFault());
}

struct signal {
  net::steady_timer timer;
  bool set = false;
};

awaitable<void> set_later(std::shared_ptr<signal> s) {
  net::steady_timer timer(s->timer.get_executor(), 10ms);
  co_await timer.async_wait(use_awaitable);
  s->set = true;
  s->timer.cancel_one();
}

awaitable<void> wait_for(std::shared_ptr<signal> s) {
  net::error_code ec;
  while (!s->set) co_await s->timer.async_wait(net::redirect_error(use_awaitable, ec));
}

awaitable<void> condition_variable() {
  const auto start = clock::now();
  const auto s = std::make_shared<signal>(
      signal{net::steady_timer(co_await net::this_coro::executor, clock::time_point::max())});
  co_await (wait_for(s) && set_later(s));
  EXPECT_EQ(clock::now() - start, 10ms);
}

NET_TEST(Time, ATimerThatNeverFiresIsAConditionVariable) {
  EXPECT_THAT(explore(condition_variable), SurvivesEveryFault());
}

awaitable<void> nobody_cancels() {
  const auto s = std::make_shared<signal>(
      signal{net::steady_timer(co_await net::this_coro::executor, clock::time_point::max())});
  co_await wait_for(s);
}

NET_TEST(Time, AHangIsProved) {
  const auto result = explore(nobody_cancels);
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_THAT(result.findings[0].report, HasSubstr("nothing waits for ever"));
  EXPECT_THAT(result.findings[0].report, HasSubstr("while (!s->set) co_await s->timer"));
}

awaitable<void> cancelled_early() {
  const auto start = clock::now();
  const auto executor = co_await net::this_coro::executor;
  auto timer = std::make_shared<net::steady_timer>(executor, 1h);
  net::post(executor, [timer] { timer->cancel(); });
  net::error_code ec;
  co_await timer->async_wait(net::redirect_error(use_awaitable, ec));
  EXPECT_EQ(ec, net::error::operation_aborted);
  EXPECT_EQ(clock::now(), start);
  timer->expires_after(2h);
  timer->expires_after(1s);
  co_await timer->async_wait(net::redirect_error(use_awaitable, ec));
  EXPECT_EQ(clock::now() - start, 1s);
  timer.reset();
  net::system_timer wall(executor, 30min);
  net::high_resolution_timer other(executor, 20min);
  co_await wall.async_wait(use_awaitable);
  co_await other.async_wait(use_awaitable);
  EXPECT_EQ(clock::now() - start, 30min + 1s);
}

NET_TEST(Time, CancelledAndMovedAndOtherTimers) {
  EXPECT_THAT(default_run(cancelled_early), SurvivesEveryFault());
}

template <class Timer>
awaitable<void> tick(std::chrono::seconds first, std::vector<clock::duration>& out) {
  const auto start = clock::now();
  Timer timer(co_await net::this_coro::executor, first);
  for (int i = 0; i < 3; ++i) {
    co_await timer.async_wait(use_awaitable);
    out.push_back(clock::now() - start);
    timer.expires_after(2s);
  }
}

awaitable<void> two_clocks() {
  std::vector<clock::duration> at;
  co_await (tick<net::steady_timer>(1s, at) && tick<net::system_timer>(2s, at));
  EXPECT_THAT(at, ElementsAre(1s, 2s, 3s, 4s, 5s, 6s));
  at.clear();
  co_await (tick<net::system_timer>(1s, at) && tick<net::steady_timer>(2s, at));
  EXPECT_THAT(at, ElementsAre(1s, 2s, 3s, 4s, 5s, 6s));
}

NET_TEST(Time, TwoKindsOfTimerShareTheClock) {
  EXPECT_THAT(default_run(two_clocks), SurvivesEveryFault());
}

awaitable<void> ten_thousand() {
  const auto executor = co_await net::this_coro::executor;
  const auto start = clock::now();
  std::vector<std::unique_ptr<net::steady_timer>> timers;
  const auto fired = std::make_shared<int>(0);
  for (int i = 0; i < 10'000; ++i) {
    timers.push_back(std::make_unique<net::steady_timer>(
        executor, std::chrono::milliseconds((i * 7919) % 10'000 + 1)));
    timers.back()->async_wait([fired](net::error_code ec) { *fired += !ec; });
  }
  net::steady_timer last(executor, 10'001ms);
  co_await last.async_wait(use_awaitable);
  EXPECT_EQ(*fired, 10'000);
  EXPECT_EQ(clock::now() - start, 10'001ms);
}

NET_TEST(Time, TenThousandTimers) { EXPECT_THAT(default_run(ten_thousand), SurvivesEveryFault()); }

}  // namespace
