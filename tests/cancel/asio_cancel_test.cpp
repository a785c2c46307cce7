// SPDX-License-Identifier: BSL-1.0
// Cancellation through Asio's own slots: each moment, each mistake and its correct neighbour.
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cofault/inject/cancel.hpp"
#include "cofault/plan.hpp"
#include "cofault/run.hpp"
#include "cofault/site.hpp"
#include "cofault/tracked.hpp"
#include "net.hpp"
#include "support/asio_support.hpp"
#include "support/exploring.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::cancel_strength;
using cofault::event_kind;
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

// ---- each moment, shown by the trace

#ifdef ASIO_VERSION
namespace here = cofault::detail::in_asio;
#else
namespace here = cofault::detail::in_boost_asio;
#endif

cofault::driver_factory driving(awaitable<void> (*program)()) {
  return [program] {
    return std::make_unique<here::asio_driver>(
        [program](auto executor) { net::co_spawn(executor, program(), here::root_handler()); });
  };
}

struct told {
  std::vector<event_kind> before, after;  // the two events around the request, without the fault's
  std::uint32_t reached = 0;
  bool cut_short = false;  // the operation that was under way ended by an exception
};

told requested(const std::string& plan) {
  cofault::run(driving(naps), {}, options());
  const cofault::outcome out = cofault::run(driving(naps), cofault::parse_plan(plan), options());
  const auto trace = out.trace();
  told t;
  t.reached = out.reached;
  std::size_t at = 0;
  while (at < trace.size() && trace[at].kind != event_kind::cancelling) ++at;
  for (std::size_t i = at > 3 ? at - 3 : 0; i + 1 < at; ++i) t.before.push_back(trace[i].kind);
  for (std::size_t i = at + 2; i < trace.size() && i < at + 4; ++i)
    t.after.push_back(trace[i].kind);
  for (const cofault::event& e : trace) {
    if (e.kind == event_kind::returned && e.frame == trace[at].frame) break;
    if (e.kind == event_kind::failed && e.frame == trace[at].frame) t.cut_short = true;
  }
  return t;
}

// The second nap: by then the chain has been suspended once.
std::string second_nap(const std::string& when) {
  return "asio_cancel_test.cpp:nap+1/2.1=cancel:" + when;
}

NET_TEST(Cancel, TheTraceShowsWhenTheRequestCame) {
  cofault::sites::recount();
  const told running = requested(second_nap("running"));
  EXPECT_EQ(running.reached, 1u);
  EXPECT_EQ(running.before.back(), event_kind::arrived);
  EXPECT_TRUE(running.cut_short);

  // The step is over: whatever was to be suspended is.
  const told waiting = requested(second_nap("suspended"));
  EXPECT_EQ(waiting.reached, 1u);
  EXPECT_THAT(waiting.before, testing::Contains(event_kind::suspended));
  EXPECT_TRUE(waiting.cut_short);

  // The clock has moved, and the request comes before the completion.
  const told due = requested(second_nap("due"));
  EXPECT_EQ(due.reached, 1u);
  EXPECT_EQ(due.before.back(), event_kind::jumped);
  EXPECT_TRUE(due.cut_short);

  // The clock has moved as well, but the completion comes first.
  const told late = requested(second_nap("late"));
  EXPECT_EQ(late.reached, 1u);
  EXPECT_EQ(late.before.back(), event_kind::jumped);
  EXPECT_FALSE(late.cut_short);

  const told going_on = requested(second_nap("resumed"));
  EXPECT_EQ(going_on.reached, 1u);
  EXPECT_EQ(going_on.before.back(), event_kind::resumed);
  EXPECT_FALSE(going_on.cut_short);

  const told end = requested("root=cancel:end");
  EXPECT_EQ(end.reached, 1u);
  EXPECT_FALSE(end.cut_short);
}

// An exploration tries all of them.
NET_TEST(Cancel, EveryMomentOfATimerIsTried) {
  std::set<std::string> tried;
  struct recording : cofault::inject::cancel {
    explicit recording(std::set<std::string>& to) : to_(&to) {}
    void propose_requests(const cofault::await_point& where,
                          std::vector<cofault::fault>& out) const override {
      const std::size_t before = out.size();
      cancel::propose_requests(where, out);
      if (where.function.ends_with("nap") && where.instance == 2)
        for (std::size_t i = before; i < out.size(); ++i) to_->insert(encode(out[i]));
    }
    std::set<std::string>* to_;
  };
  EXPECT_THAT(support::explore(naps, options().inject(recording(tried)).in_process()),
              SurvivesEveryFault());
  EXPECT_THAT(tried, testing::ElementsAre("cancel:due", "cancel:late", "cancel:resumed",
                                          "cancel:running", "cancel:suspended"));
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
          support::usual().replay("asio_cancel_test.cpp:nap+1=cancel-child:suspended")),
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
