// SPDX-License-Identifier: BSL-1.0
// Cancellation through Asio's own slots: the trace shows that the request came at each moment, an
// exploration tries all of them, and correct programs have no finding at any.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cofault/inject/cancel.hpp"
#include "cofault/plan.hpp"
#include "cofault/run.hpp"
#include "cofault/site.hpp"
#include "net.hpp"
#include "support/asio_cancelling.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::cancel_strength;
using cofault::event_kind;
using cofault::exploration;
using cofault::options;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::cancelled;
using support::nap;
using testing::HasSubstr;
using namespace net::experimental::awaitable_operators;

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

NET_TEST(Moments, CorrectProgramsHaveNoFindingAtAnyMoment) {
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

struct what_happened {
  std::vector<event_kind> before, after;  // the two events around the request, without the fault's
  std::uint32_t reached = 0;
  bool cut_short = false;  // the operation that was under way ended by an exception
};

what_happened requested(const std::string& plan) {
  cofault::run(driving(naps), {}, options());
  const cofault::outcome out = cofault::run(driving(naps), cofault::parse_plan(plan), options());
  const auto trace = out.trace();
  what_happened t;
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
  return "asio_cancelling.hpp:support::nap+1/2.1=cancel:" + when;
}

NET_TEST(Moments, TheTraceShowsWhenTheRequestCame) {
  cofault::sites::recount();
  const what_happened running = requested(second_nap("running"));
  EXPECT_EQ(running.reached, 1u);
  EXPECT_EQ(running.before.back(), event_kind::arrived);
  EXPECT_TRUE(running.cut_short);

  // The step is over: whatever was to be suspended is.
  const what_happened waiting = requested(second_nap("suspended"));
  EXPECT_EQ(waiting.reached, 1u);
  EXPECT_THAT(waiting.before, testing::Contains(event_kind::suspended));
  EXPECT_TRUE(waiting.cut_short);

  // The clock has moved, and the request comes before the completion.
  const what_happened due = requested(second_nap("due"));
  EXPECT_EQ(due.reached, 1u);
  EXPECT_EQ(due.before.back(), event_kind::jumped);
  EXPECT_TRUE(due.cut_short);

  // The clock has moved as well, but the completion comes first.
  const what_happened late = requested(second_nap("late"));
  EXPECT_EQ(late.reached, 1u);
  EXPECT_EQ(late.before.back(), event_kind::jumped);
  EXPECT_FALSE(late.cut_short);

  const what_happened going_on = requested(second_nap("resumed"));
  EXPECT_EQ(going_on.reached, 1u);
  EXPECT_EQ(going_on.before.back(), event_kind::resumed);
  EXPECT_FALSE(going_on.cut_short);

  const what_happened end = requested("root=cancel:end");
  EXPECT_EQ(end.reached, 1u);
  EXPECT_FALSE(end.cut_short);
}

// An exploration tries all of them.
NET_TEST(Moments, EveryMomentOfATimerIsTried) {
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

// ---- strengths

awaitable<void> takes_total() {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await naps();
}

NET_TEST(Moments, AStrengthThatNobodyTakesIsNoPass) {
  const auto total = options().inject(cofault::inject::cancel(cancel_strength::total));
  EXPECT_THAT(support::explore(naps, total).error, HasSubstr("had any effect"));
  EXPECT_THAT(support::explore(takes_total, total), SurvivesEveryFault());
}

}  // namespace
