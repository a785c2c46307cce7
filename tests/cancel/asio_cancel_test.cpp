// SPDX-License-Identifier: BSL-1.0
// Cancellation through Asio's own slots: each moment, each mistake and its correct neighbour.
#include <chrono>
#include <memory>

#include "cofault/inject/cancel.hpp"
#include "cofault/tracked.hpp"
#include "net.hpp"
#include "support/asio_support.hpp"
#include "support/exploring.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::cancel_strength;
using cofault::exploration;
using cofault::finding;
using cofault::moment;
using cofault::options;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using testing::HasSubstr;
using namespace net::experimental::awaitable_operators;

template <class... When>
exploration cancelled(awaitable<void> (*program)(), When... when) {
  if constexpr (sizeof...(when) == 0)
    return support::explore(program, options().inject(cofault::inject::cancel()));
  else
    return support::explore(program, options().inject(cofault::inject::cancel(when...)));
}

finding only_finding(const exploration& result) {
  EXPECT_EQ(result.findings.size(), 1u) << describe(result);
  return result.findings.size() == 1 ? result.findings[0] : finding();
}

awaitable<void> nap(std::chrono::nanoseconds d = 1s) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> naps() {
  co_await nap();
  co_await nap();
}

awaitable<void> both() { co_await (nap(1s) && nap(2s)); }
awaitable<void> either() { co_await (nap(1s) || nap(2s)); }

// A channel's operation is complete in the step of whoever sends.
awaitable<void> receives() {
  net::channel<void(net::error_code, int)> numbers(co_await net::this_coro::executor, 0);
  const auto send = [&]() -> awaitable<void> {
    for (int i = 0; i < 3; ++i) co_await numbers.async_send(net::error_code(), i, use_awaitable);
  };
  const auto receive = [&]() -> awaitable<void> {
    for (int i = 0; i < 3; ++i) co_await numbers.async_receive(use_awaitable);
  };
  co_await (send() && receive());
}

NET_TEST(Cancel, CorrectProgramsHaveNoFindingAtAnyMoment) {
  for (const auto program : {naps, both, either, receives}) {
    const exploration result = cancelled(program);
    EXPECT_THAT(result, SurvivesEveryFault());
    EXPECT_GE(result.trials, 4u);
  }
}

// Which moments an await has: of a timer all, of what completes at once only the first.
NET_TEST(Cancel, EveryMomentOfATimerIsTried) {
  const auto result = support::explore(
      naps, options().inject(cofault::inject::cancel()).judge(support::untouched()));
  std::vector<std::string> moments;
  for (const std::string& plan : support::plans_of(result))
    if (plan.find(":nap+1/2.1=") != plan.npos && plan.find(';') == plan.npos)
      moments.push_back(plan.substr(plan.find("cancel")));
  EXPECT_THAT(moments, testing::IsSubsetOf({"cancel:running", "cancel:suspended", "cancel:due",
                                            "cancel:late", "cancel:resumed"}));
}

// ---- what was acquired is released

template <bool Guarded>
awaitable<void> leases() {
  struct guard {
    std::uint32_t lease = cofault::acquired("the lease");
    ~guard() { cofault::released(lease); }
  };
  if (Guarded) {
    const guard held;
    co_await nap();
  } else {
    const std::uint32_t lease = cofault::acquired("the lease");
    co_await nap();  // guilty
    cofault::released(lease);
  }
}

NET_TEST(Cancel, WhatWasAcquiredIsReleased) {
  const auto leaks = support::about(cancelled(leases<false>), "what is acquired is released");
  ASSERT_FALSE(leaks.empty());
  EXPECT_THAT(leaks[0].report, HasSubstr("// guilty"));
  EXPECT_THAT(cancelled(leases<true>), SurvivesEveryFault());
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

NET_TEST(Cancel, ACatchAllInALoopSpins) {
  const finding f = only_finding(
      support::explore(spins, options().inject(cofault::inject::cancel()).visits(100)));
  EXPECT_EQ(f.property, "no coroutine spins for ever");
  EXPECT_THAT(f.report, HasSubstr("// guilty"));
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
    co_await naps();
  } catch (...) {
    error = std::current_exception();
  }
  co_await net::this_coro::reset_cancellation_state(net::disable_cancellation());
  co_await nap(1ms);
  if (error) std::rethrow_exception(error);
}

NET_TEST(Cancel, ALoopThatClearsTheStateSwallowsIt) {
  const auto found =
      support::about(cancelled(clears_and_goes_on), "every cancellation is honoured");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].report, HasSubstr("// guilty"));
  EXPECT_THAT(cancelled(clears_and_tidies_up), SurvivesEveryFault());
}

// ---- strengths

awaitable<void> takes_total() {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await naps();
}

NET_TEST(Cancel, AStrengthThatNobodyTakesIsNoPass) {
  const auto total = options().inject(cofault::inject::cancel(cancel_strength::total));
  EXPECT_THAT(support::explore(naps, total).error, HasSubstr("had any effect"));
  EXPECT_THAT(support::explore(takes_total, total), SurvivesEveryFault());
}

// ---- children with a slot of their own

template <bool Guarded>
awaitable<void> reads() {
  struct guard {
    std::uint32_t lease = cofault::acquired("a slot in the table of readers");
    ~guard() { cofault::released(lease); }
  };
  if (Guarded) {
    const guard held;
    co_await nap();
  } else {
    const std::uint32_t lease = cofault::acquired("a slot in the table of readers");
    co_await nap();  // guilty
    cofault::released(lease);
  }
}

// What can cancel the reader must live as long as the world.
template <bool Guarded>
awaitable<void> has_a_reader() {
  static std::unique_ptr<net::cancellation_signal> stop;
  stop = std::make_unique<net::cancellation_signal>();
  const auto executor = co_await net::this_coro::executor;
  net::co_spawn(executor, reads<Guarded>(),
                net::bind_cancellation_slot(stop->slot(), [](std::exception_ptr) {}));
  co_await nap(2s);
}

NET_TEST(Cancel, AChildIsCancelledThroughItsOwnSlot) {
  const auto leaks = support::about(
      support::explore(
          has_a_reader<false>,
          support::usual().replay("asio_cancel_test.cpp:nap+1/1.1=cancel-child:suspended")),
      "what is acquired is released");
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_THAT(leaks[0].report, HasSubstr("the spawned chain is cancelled"));
  EXPECT_THAT(leaks[0].report, HasSubstr("// guilty"));
  EXPECT_THAT(cancelled(has_a_reader<true>), SurvivesEveryFault());
}

// ---- stop and teardown

template <bool Guarded>
awaitable<void> holds_across() {
  co_await leases<Guarded>();
}

NET_TEST(Cancel, AStopAbandonsButReleases) {
  const auto ended = options().inject(cofault::inject::stop(), cofault::inject::destroy());
  EXPECT_THAT(support::explore(holds_across<true>, ended), SurvivesEveryFault());
  EXPECT_THAT(support::explore(either, ended), SurvivesEveryFault());
  const auto result = support::explore(holds_across<false>, ended);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings[0].property, "what is acquired is released");
}

// A coroutine that owns itself is not destroyed with the world.
awaitable<void> kept_alive() {
  static std::vector<std::shared_ptr<void>> forgotten;
  const auto timer = std::make_shared<net::steady_timer>(co_await net::this_coro::executor, 1s);
  const std::uint32_t lease = cofault::acquired("the timer");
  forgotten.push_back({timer.get(), [timer, lease](void*) { cofault::released(lease); }});
  co_await timer->async_wait(use_awaitable);
  forgotten.clear();
}

NET_TEST(Cancel, WhatOutlivesADestroyedWorldIsFound) {
  const auto result = support::explore(kept_alive, options().inject(cofault::inject::destroy()));
  ASSERT_FALSE(result.findings.empty()) << describe(result);
  EXPECT_EQ(result.findings[0].property, "what is acquired is released");
}

}  // namespace
