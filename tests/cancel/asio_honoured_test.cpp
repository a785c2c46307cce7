// SPDX-License-Identifier: BSL-1.0
// Whether an Asio program honours its cancellation: each mistake and its correct neighbour.
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>

#include "cofault/inject/cancel.hpp"
#include "cofault/inject/usual.hpp"
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
using testing::HasSubstr;

using service_ptr = std::shared_ptr<service>;

const options stop_it = options().inject(at_every_moment()).visits(100);

// ---- a catch-all ends it, and the work goes on. (Behind a cancellation through a slot Asio itself
// lets the next await throw.)

template <bool Passes>
awaitable<void> goes_on(service_ptr mine) {
  try {
    co_await step(mine);
  } catch (...) {  // guilty
    if (Passes) throw;
  }
  co_await nap();
}

NET_TEST(Honoured, ACatchAllThatGoesOnSwallowsIt) {
  const auto f = only_finding(stopped(goes_on<false>, stop_it));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, support::blames("guilty"));
  EXPECT_THAT(stopped(goes_on<true>, stop_it), SurvivesEveryFault());
}

// ---- turned into a value

template <bool Passes>
awaitable<int> reads_or_zero(service_ptr mine) {
  try {
    co_await step(mine);
    co_return 7;
  } catch (...) {  // guilty
    if (Passes) throw;
    co_return 0;
  }
}
template <bool Passes>
awaitable<void> uses_what_was_read(service_ptr mine) {
  const int amount = co_await reads_or_zero<Passes>(mine);
  co_await nap(std::chrono::seconds(1 + amount));
}

NET_TEST(Honoured, ItMustNotBecomeAValueThatIsUsed) {
  const auto f = only_finding(stopped(uses_what_was_read<false>, stop_it));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, support::blames("guilty"));
  EXPECT_THAT(f.explanation, HasSubstr("a result was returned as if all were well"));
  EXPECT_THAT(stopped(uses_what_was_read<true>, stop_it), SurvivesEveryFault());
}

// ---- what went wrong meanwhile is told by the cancellation, too

template <bool Tells>
awaitable<void> looks_at_both_later() {
  const auto state = co_await net::this_coro::cancellation_state;
  co_await net::this_coro::throw_if_cancelled(false);
  net::error_code failed;
  co_await nap();  // what comes here takes effect later
  try {
    co_await nap();
  } catch (const net::system_error& e) {  // guilty
    failed = e.code();
  }
  if (state.cancelled() != net::cancellation_type::none)
    throw net::system_error(net::error::operation_aborted);
  if (Tells && failed) throw net::system_error(failed);
}

template <bool Tells>
awaitable<void> says_how_it_ended() {
  try {
    co_await looks_at_both_later<Tells>();
  } catch (const net::system_error& e) {
    std::puts(e.what());
  }
}

NET_TEST(Honoured, WhatFailsWhileItIsCancelledMayEndAsCancelled) {
  const auto how = options().inject(cofault::inject::usual(), cofault::inject::cancel());
  const auto tried = [&](auto program) {
    return cofault::explore([program](auto) { return program(); }, how);
  };
  const auto f = only_finding(tried(says_how_it_ended<false>));
  EXPECT_EQ(f.property, "every exception surfaces");
  EXPECT_EQ(f.smallest.size(), 1u) << "nobody has cancelled it";
  EXPECT_EQ(f.more, 0u);
  EXPECT_THAT(f.report, support::blames("guilty"));
  EXPECT_THAT(tried(says_how_it_ended<true>), SurvivesEveryFault());
}

// ---- within the budget

// Once it is stopped nothing counts any more.
template <bool Looks>
awaitable<void> ticks(service_ptr mine) {
  for (int left = 5; left > 0 && !(Looks && mine->stopping);) {
    co_await nap();  // guilty
    if (!mine->stopping) --left;
  }
}

NET_TEST(Honoured, TheRootMustComeToItsEnd) {
  const auto f = only_finding(stopped(ticks<false>, stop_it));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.explanation, HasSubstr("still goes on here"));
  EXPECT_THAT(f.report, support::blames("guilty"));
  EXPECT_THAT(stopped(ticks<true>, stop_it), SurvivesEveryFault());
}

// ---- the task lives on

awaitable<void> spins() {
  for (bool done = false; !done;) {
    try {
      co_await nap();
      done = true;
    } catch (...) {  // guilty
    }
  }
}
awaitable<void> tries_three_times() {
  for (int attempt = 1;; ++attempt) {
    try {
      co_await nap();
      co_return;
    } catch (const std::exception&) {
      if (attempt == 3) throw;
    }
  }
}

NET_TEST(Honoured, ACatchAllInALoopSpins) {
  const auto f = only_finding(
      support::explore(spins, options().inject(cofault::inject::cancel()).visits(100)));
  EXPECT_EQ(f.property, "no coroutine spins for ever");
  EXPECT_THAT(f.report, support::blames("guilty"));
  EXPECT_THAT(cancelled(tries_three_times), SurvivesEveryFault());
}

// Clearing the state is how Asio's programs go on behind a cancellation: on purpose, or not.
awaitable<void> clears_and_goes_on() {
  for (int i = 0; i < 3; ++i) {
    try {
      co_await nap();
    } catch (...) {  // guilty
      ;
    }
    co_await net::this_coro::reset_cancellation_state();
  }
}
awaitable<void> clears_and_tidies_up() {
  std::exception_ptr error;
  try {
    co_await nap();
  } catch (...) {
    error = std::current_exception();
  }
  co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
  co_await nap(1ms);
  if (error) std::rethrow_exception(error);
}

NET_TEST(Honoured, ALoopThatClearsTheStateSwallowsIt) {
  const auto found =
      support::about(cancelled(clears_and_goes_on), "every cancellation is honoured");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].report, support::blames("guilty"));
  EXPECT_THAT(cancelled(clears_and_tidies_up), SurvivesEveryFault());
}

}  // namespace
