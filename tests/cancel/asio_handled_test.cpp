// SPDX-License-Identifier: BSL-1.0
// What may come behind a handler that has ended a cancellation, under Asio: each mistake and its
// correct neighbour.
#include <chrono>
#include <memory>
#include <stdexcept>

#include "cofault/inject/cancel.hpp"
#include "net.hpp"
#include "support/asio_cancelling.hpp"
#include "support/exploring.hpp"
#include "support/moments.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::options;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::at_every_moment;
using support::cancelled;
using support::nap;
using support::only_finding;
using support::service;
using support::step;
using support::stopped;

using service_ptr = std::shared_ptr<service>;

const options stop_it = options().inject(at_every_moment()).visits(100);

// ---- Asio's cancellation has the type of all of its errors: to name that says nothing

template <bool Passes>
awaitable<void> names_all_errors(service_ptr mine) {
  try {
    co_await step(mine);
  } catch (const net::system_error&) {  // guilty
    if (Passes) throw;
  }
  co_await nap();
}

NET_TEST(Handled, ToNameTheTypeOfAllErrorsIsNoExcuse) {
  const auto f = only_finding(stopped(names_all_errors<false>, stop_it));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, support::blames("guilty"));
  EXPECT_THAT(stopped(names_all_errors<true>, stop_it), SurvivesEveryFault());
}

// ---- to ask the runtime something is no work

template <bool Works>
awaitable<void> asks_the_runtime(service_ptr mine) {
  try {
    co_await step(mine);
  } catch (...) {  // guilty
    ;
  }
  const auto executor = co_await net::this_coro::executor;
  if (Works) co_await net::post(executor, use_awaitable);
}

NET_TEST(Handled, ToAskTheRuntimeIsNoWork) {
  const auto f = only_finding(stopped(asks_the_runtime<true>, stop_it));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, support::blames("guilty"));
  EXPECT_THAT(stopped(asks_the_runtime<false>, stop_it), SurvivesEveryFault());
}

// ---- behind this_coro::reset_cancellation_state() the program says itself what may be cancelled

awaitable<void> says_goodbye() {
  try {
    co_await nap();
  } catch (...) {
    ;
  }
  co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
  co_await nap(1ms);
}

NET_TEST(Handled, WhoClearsTheStateMayTidyUp) {
  EXPECT_THAT(cancelled(says_goodbye), SurvivesEveryFault());
}

// ---- a spawned chain ends by another exception: who waits for it hears of that

template <bool Tells>
awaitable<void> cleans_up_first() {
  bool failed = false;
  try {
    co_await nap();
  } catch (...) {  // guilty
    failed = true;
  }
  co_await net::this_coro::throw_if_cancelled(false);
  const auto executor = co_await net::this_coro::executor;
  for (int i = 0; i < 2; ++i) co_await net::post(executor, use_awaitable);
  if (Tells && failed) throw std::runtime_error("gave up");
}
template <bool Tells>
awaitable<void> spawns_it() {
  co_await net::co_spawn(co_await net::this_coro::executor, cleans_up_first<Tells>(),
                         use_awaitable);
}

NET_TEST(Handled, ASpawnedChainMayTellByAnotherException) {
  const auto f = only_finding(cancelled(spawns_it<false>, cofault::moment::suspended));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, support::blames("guilty"));
  EXPECT_THAT(cancelled(spawns_it<true>, cofault::moment::suspended), SurvivesEveryFault());
}

}  // namespace
