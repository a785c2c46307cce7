// SPDX-License-Identifier: BSL-1.0
// Cancellations that reach a chain which a co_await has spawned. Asio dispatches them: outside of
// its event loop, or to a strand that is busy, it would queue them behind what may end that chain
// (chriskohlhoff/asio #1332).
#include <chrono>
#include <memory>

#include "cofault/inject/cancel.hpp"
#include "net.hpp"
#include "support/asio_cancelling.hpp"
#include "support/asio_ticket.hpp"
#include "support/exploring.hpp"
#include "support/moments.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::moment;
using cofault::options;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::cancelled;
using support::nap;

awaitable<int> answers_later() {
  co_await nap();
  co_return 1;
}
awaitable<int> answers_at_once() { co_return 1; }
awaitable<int> answers_soon() {
  const auto executor = co_await net::this_coro::executor;
  co_await net::post(executor, use_awaitable);
  co_await net::post(executor, use_awaitable);
  co_return 1;
}
// What it waited for last is the post: the helper is there at once.
awaitable<int> answers_after_a_helper() {
  co_await net::post(co_await net::this_coro::executor, use_awaitable);
  co_return co_await answers_at_once();
}
// The inner chain was begun by the outer one.
awaitable<int> asks_another() {
  co_return co_await net::co_spawn(co_await net::this_coro::executor, answers_soon(),
                                   use_awaitable);
}

net::any_io_executor strand_of(const net::any_io_executor& executor) {
  return net::make_strand(executor);
}
net::any_io_executor same_as(const net::any_io_executor& executor) { return executor; }

using place = net::any_io_executor (*)(const net::any_io_executor&);
using answer = awaitable<int> (*)();

template <place Where, answer Answers>
awaitable<void> asks() {
  const auto executor = Where(co_await net::this_coro::executor);
  co_await net::co_spawn(executor, Answers(), use_awaitable);
  co_await nap();
  co_await net::co_spawn(executor, Answers(), use_awaitable);
}

template <place Where, answer Answers>
awaitable<void> asks_beside() {
  using namespace net::experimental::awaitable_operators;
  const auto executor = Where(co_await net::this_coro::executor);
  co_await (net::co_spawn(executor, Answers(), use_awaitable) && nap());
}

void expect_clean(awaitable<void> (*program)(), const cofault::inject::cancel& how) {
  const auto result = support::explore(program, options().inject(how));
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_GT(result.trials, 0u);
}

// Named moments are tried also where Asio itself is known to fail.
NET_TEST(Spawned, ACorrectChainHasNoFindingAtAnyMoment) {
  using enum moment;
  const cofault::inject::cancel everywhere({running, suspended, due, late, resumed, end});
  for (const auto program :
       {asks<same_as, answers_later>, asks<same_as, answers_at_once>, asks<same_as, answers_soon>,
        asks<same_as, asks_another>, asks_beside<same_as, answers_later>,
        asks_beside<same_as, answers_at_once>, asks_beside<same_as, answers_soon>,
        asks<same_as, answers_after_a_helper>})
    expect_clean(program, everywhere);
}

NET_TEST(Spawned, OnAStrandWhatIsQueuedBehindItsEndIsLeftOut) {
  for (const auto program :
       {asks<strand_of, answers_later>, asks<strand_of, answers_at_once>,
        asks<strand_of, answers_soon>, asks<strand_of, asks_another>,
        asks_beside<strand_of, answers_later>, asks_beside<strand_of, answers_at_once>,
        asks_beside<strand_of, answers_soon>, asks<strand_of, answers_after_a_helper>,
        asks_beside<strand_of, answers_after_a_helper>})
    expect_clean(program, cofault::inject::cancel());
}

#ifndef ASIO_VERSION  // 1.22 dispatches none
NET_TEST(Spawned, OnAStrandWhoAsksForItGetsIt) {
  const auto result = cancelled(asks<strand_of, answers_soon>, moment::suspended);
  ASSERT_FALSE(result.clean());
  EXPECT_EQ(result.findings[0].property, "the process survives");
}
#endif

// ---- and what is wrong at these moments is found

template <answer Answers>
awaitable<void> asks_once() {
  co_await net::co_spawn(co_await net::this_coro::executor, Answers(), use_awaitable);
}

// suspended, and it is not the clock that it waits for: what ends the wait is swallowed
template <bool Honours>
awaitable<int> waits_for_news() {
  co_await net::this_coro::throw_if_cancelled(Honours);
  const auto executor = co_await net::this_coro::executor;
  using channel = net::channel<void(net::error_code, int)>;
  const auto news = std::make_shared<channel>(executor, 1);
  net::post(executor, [news] { news->try_send(net::error_code(), 1); });
  try {
    co_await news->async_receive(use_awaitable);
  } catch (...) {  // guilty
  }
  co_await nap();
  co_return 1;
}

NET_TEST(Spawned, AChainThatSwallowsItIsFound) {
  const auto result = cancelled(asks_once<waits_for_news<false>>);
  ASSERT_EQ(result.findings.size(), 2u) << describe(result);
  const auto &swallowed = result.findings[0], &lost = result.findings[1];
  EXPECT_THAT(encode(swallowed.smallest), testing::EndsWith("=cancel:suspended"));
  EXPECT_THAT(swallowed.report, support::blames("guilty"));
  EXPECT_THAT(encode(lost.smallest), testing::EndsWith("=cancel:late"));
  EXPECT_THAT(lost.explanation, testing::HasSubstr("between two awaits is lost"));
  EXPECT_THAT(cancelled(asks_once<waits_for_news<true>>), SurvivesEveryFault());
}

// late: its operation has its result already, and still takes a request
template <support::until When>
awaitable<int> enters() {
  support::ticket_office<When> office(co_await net::this_coro::executor);
  const support::ticket held(co_await office.async_enter(use_awaitable));  // guilty
  co_return 1;
}

NET_TEST(Spawned, AChainThatIsWrongWhereItsOperationIsCompleteIsFound) {
  using enum support::until;
  const auto f = support::wrong_at(moment::late, cancelled(asks_once<enters<resumed>>));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(cancelled(asks_once<enters<granted>>), SurvivesEveryFault());
}

}  // namespace
