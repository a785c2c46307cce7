// SPDX-License-Identifier: BSL-1.0
// Who awaits whom: faults strike the innermost await, and reports tell who waited for it.
#include <chrono>

#include "cofault/fault_free.hpp"
#include "net.hpp"
#include "support/asio_peer.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::explore;
using support::proposals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

awaitable<void> leaf() { co_return; }

awaitable<void> sleep_for(std::chrono::milliseconds d) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> awaits_a_leaf() { co_await leaf(); }
awaitable<void> awaits_a_peer() { co_await support::peer(1ms); }
awaitable<void> awaits_a_coroutine() { co_await sleep_for(1ms); }
awaitable<void> awaits_either() { co_await (sleep_for(1ms) || sleep_for(2ms)); }
awaitable<void> awaits_a_peer_or_a_leaf() { co_await (support::peer(1ms) || leaf()); }
awaitable<void> awaits_a_spawned() {
  const auto executor = co_await net::this_coro::executor;
  co_await net::co_spawn(executor, sleep_for(1ms), use_awaitable);
}
awaitable<void> awaits_a_spawned_lambda() {
  const auto executor = co_await net::this_coro::executor;
  co_await net::co_spawn(
      executor, [] { return sleep_for(1ms); }, use_awaitable);
}

// What is spawned comes into being only when the group starts.
awaitable<void> awaits_a_group() {
  const auto executor = co_await net::this_coro::executor;
  const auto first = [] { return sleep_for(1ms); };
  const auto second = [] { return sleep_for(2ms); };
  co_await net::experimental::make_parallel_group(net::co_spawn(executor, first, net::deferred),
                                                  net::co_spawn(executor, second, net::deferred))
      .async_wait(net::experimental::wait_for_all(), use_awaitable);
}

NET_TEST(Chain, WhatHasNoPointOfItsOwnIsOne) {
  EXPECT_THAT(proposals(awaits_a_leaf), ElementsAre("? throw:reset"));
  EXPECT_THAT(proposals(awaits_a_peer), ElementsAre("? throw:reset"));
  EXPECT_THAT(proposals(awaits_a_peer_or_a_leaf), ElementsAre("? throw:reset"));
}

NET_TEST(Chain, OnlyTheInnermostAwaitIsAPoint) {
  EXPECT_THAT(proposals(awaits_a_coroutine), ElementsAre("async_wait throw:no_memory"));
  EXPECT_EQ(explore(awaits_either).points, 2u);
  EXPECT_EQ(explore(awaits_a_spawned).points, 1u);
  EXPECT_EQ(explore(awaits_a_spawned_lambda).points, 1u);
  EXPECT_EQ(explore(awaits_a_group).points, 2u);
}

#ifdef NET_CAN_AWAIT_DEFERRED
awaitable<void> awaits_a_deferred() {
  const auto executor = co_await net::this_coro::executor;
  co_await net::co_spawn(executor, sleep_for(1ms), net::deferred);
}

awaitable<void> awaits_a_deferred_lambda() {
  const auto executor = co_await net::this_coro::executor;
  co_await net::co_spawn(
      executor, [] { return sleep_for(1ms); }, net::deferred);
}

NET_TEST(Chain, OnlyTheInnermostAwaitOfADeferredSpawn) {
  EXPECT_EQ(explore(awaits_a_deferred_lambda).points, 1u);
  EXPECT_EQ(explore(awaits_a_deferred).points, 1u);
}
#endif

// Fails under a fault, and so makes a report.
template <class Program>
awaitable<void> complains(Program program) {
  try {
    co_await program();
  } catch (const std::exception&) {
    ADD_FAILURE() << "it failed";
  }
}

awaitable<void> awaits_both() { co_await (sleep_for(1ms) && sleep_for(2ms)); }
awaitable<void> fails_in_both() { co_await complains(awaits_both); }
awaitable<void> fails_in_spawned() { co_await complains(awaits_a_spawned); }

NET_TEST(Chain, ReportsWhoWaited) {
  const auto both = explore(fails_in_both);
  ASSERT_FALSE(both.findings.empty());
  EXPECT_THAT(both.findings[0].report, HasSubstr("by awaits_both() at"));
  EXPECT_THAT(both.findings[0].report, HasSubstr("by fails_in_both() at"));
  const auto spawned = explore(fails_in_spawned);
  ASSERT_THAT(spawned.findings, SizeIs(1));
  EXPECT_THAT(spawned.findings[0].report, HasSubstr("by awaits_a_spawned() at"));
  EXPECT_THAT(spawned.findings[0].report, HasSubstr("by fails_in_spawned() at"));
}

awaitable<void> stubborn(int& woken) {
  co_await net::this_coro::throw_if_cancelled(false);
  net::steady_timer timer(co_await net::this_coro::executor, 1h);
  net::error_code ec;
  co_await timer.async_wait(net::redirect_error(use_awaitable, ec));
  co_await sleep_for(5ms);  // its clean-up outlives the cancellation
  ++woken;
}

awaitable<void> polite() {
  co_await sleep_for(2ms);
  const auto state = co_await net::this_coro::cancellation_state;
  EXPECT_EQ(state.cancelled(), net::cancellation_type::none);
}

awaitable<void> loser_cleans_up() {
  int woken = 0;
  co_await (polite() || stubborn(woken));
  EXPECT_EQ(woken, 1);
}

NET_TEST(Chain, TheLoserOfOrIsNoFinding) {
  const auto result = explore(loser_cleans_up, support::usual().trials(1));
  EXPECT_THAT(result, SurvivesEveryFault());
}

}  // namespace
