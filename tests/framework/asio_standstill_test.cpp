// SPDX-License-Identifier: BSL-1.0
// Roots that stand still beside what ticks for ever.
#include <chrono>
#include <exception>
#include <memory>
#include <string>

#include "cofault/inject/selector.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/property/surfacing.hpp"
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
using testing::HasSubstr;
using testing::SizeIs;

using values = net::channel<void(net::error_code, int)>;

awaitable<void> sleep_for(std::chrono::milliseconds d) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}

// Beats as long as the world lives, so that there always is a timer.
awaitable<void> heartbeat() {
  for (;;) co_await sleep_for(1s);
}

awaitable<void> request(std::shared_ptr<values> box, bool always) {
  net::steady_timer timer(co_await net::this_coro::executor, 10ms);
  try {
    co_await timer.async_wait(use_awaitable);
  } catch (...) {
    if (!always) throw;
  }
  box->try_send(net::error_code(), 1);
}

template <bool Always>
awaitable<void> waits_beside_a_heartbeat() {
  const auto executor = co_await net::this_coro::executor;
  const auto box = std::make_shared<values>(executor, 1);
  net::co_spawn(executor, heartbeat(), net::detached);
  net::co_spawn(executor, request(box, Always), [](std::exception_ptr) {});
  co_await box->async_receive(use_awaitable);
}

// The same, but the root itself asks every minute.
awaitable<void> polls_beside_a_heartbeat() {
  const auto executor = co_await net::this_coro::executor;
  const auto box = std::make_shared<values>(executor, 1);
  net::co_spawn(executor, heartbeat(), net::detached);
  net::co_spawn(executor, request(box, false), [](std::exception_ptr) {});
  while (!box->try_receive([](net::error_code, int) {})) co_await sleep_for(1min);
}

NET_TEST(Standstill, BesideAHeartbeat) {
  namespace inject = cofault::inject;
  // Who polls for ever does so up to the bound, and with a sanitizer that takes its time.
  const auto once =
      support::usual().inject(inject::only(inject::usual(), inject::in("request"))).watchdog(30s);
  const auto result = explore(waits_beside_a_heartbeat<false>, once);
  ASSERT_THAT(result.findings, SizeIs(1)) << describe(result);
  EXPECT_THAT(result.findings[0].explanation,
              testing::AllOf(HasSubstr("stood still"), HasSubstr("waits_beside_a_heartbeat")));
  EXPECT_THAT(explore(waits_beside_a_heartbeat<true>, once), SurvivesEveryFault());
  EXPECT_THAT(explore(polls_beside_a_heartbeat, once).findings, SizeIs(0));
}

// One side reads, the other waits for work. `||` goes on with the first that succeeds.
awaitable<void> reads(bool tells, net::steady_timer& work) {
  try {
    co_await sleep_for(1s);
  } catch (...) {
    if (tells) work.expires_at(net::steady_timer::time_point::min());  // also for who waits later
    throw;
  }
}
awaitable<void> waits_for(net::steady_timer& work) { co_await work.async_wait(use_awaitable); }

constexpr unsigned or_line = __LINE__ + 4;
template <bool Tells>
awaitable<void> serves() {
  net::steady_timer work(co_await net::this_coro::executor, net::steady_timer::time_point::max());
  co_await (reads(Tells, work) || waits_for(work));  // guilty
}
template <bool Tells>
awaitable<void> waits_for_who_serves() {
  const auto executor = co_await net::this_coro::executor;
  net::steady_timer done(executor, net::steady_timer::time_point::max());
  net::co_spawn(executor, serves<Tells>(), [&](std::exception_ptr) { done.cancel(); });
  net::error_code why;
  co_await done.async_wait(net::redirect_error(use_awaitable, why));
}

NET_TEST(Standstill, OfAnOrWhoseOtherSideIsEndless) {
  const auto found = explore(waits_for_who_serves<false>);
  ASSERT_THAT(found.findings, SizeIs(1)) << describe(found);
  EXPECT_EQ(found.findings[0].property, "nothing waits for ever");
  EXPECT_THAT(found.findings[0].report,
              HasSubstr("culprit  asio_standstill_test.cpp:" + std::to_string(or_line)));
  EXPECT_THAT(explore(waits_for_who_serves<true>), SurvivesEveryFault());
}

// It takes no fault for that. What faults do to such a program would tell nothing.
awaitable<void> ticks() {
  net::steady_timer timer(co_await net::this_coro::executor);
  for (;;) {
    timer.expires_after(2s);
    co_await timer.async_wait(use_awaitable);
  }
}

template <bool Wakes>
awaitable<void> waits_beside_what_ticks() {
  const auto executor = co_await net::this_coro::executor;
  net::co_spawn(executor, ticks(), net::detached);
  net::steady_timer answered(executor, Wakes ? net::steady_timer::clock_type::now() + 24h
                                             : net::steady_timer::time_point::max());
  co_await answered.async_wait(use_awaitable);  // for ever
}

NET_TEST(Standstill, WithoutAFault) {
  const auto how = support::usual().watchdog(60s).trials(1);
  const auto hung = explore(waits_beside_what_ticks<false>, how);
  ASSERT_THAT(hung.findings, SizeIs(1)) << describe(hung);
  EXPECT_EQ(hung.findings[0].property, "nothing waits for ever");
  EXPECT_THAT(hung.findings[0].report,
              testing::AllOf(HasSubstr("this happens in the default run"), HasSubstr("// for ever"),
                             HasSubstr("but what ticks")));
  EXPECT_EQ(hung.trials, 0u);
  const auto unasked =
      explore(waits_beside_what_ticks<false>, how.judge(cofault::properties::surfacing()));
  EXPECT_THAT(unasked.error, HasSubstr("so no fault was tried"));
  const auto patient = explore(waits_beside_what_ticks<true>, how);
  EXPECT_THAT(patient.findings, SizeIs(0)) << describe(patient);
  EXPECT_EQ(patient.trials, 1u);
}

}  // namespace
