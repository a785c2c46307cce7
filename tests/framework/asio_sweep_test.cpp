// SPDX-License-Identifier: BSL-1.0
// Correct programs must survive every fault: no finding, and every point tried.
#include <chrono>
#include <memory>
#include <variant>

#include "cofault/fault_free.hpp"
#include "cofault/tracked.hpp"
#include "net.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::explore;
using namespace net::experimental::awaitable_operators;

awaitable<void> sleep_for(std::chrono::milliseconds d) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}

awaitable<int> value_after(std::chrono::milliseconds d, int value) {
  co_await sleep_for(d);
  co_return value;
}

awaitable<void> both() {
  const auto [a, b] = co_await (value_after(2ms, 1) && value_after(1ms, 2));
  EXPECT_EQ(a + b, 3);
}

awaitable<void> either() {
  const std::variant<int, int> first = co_await (value_after(20ms, 1) || value_after(10ms, 2));
  EXPECT_TRUE(first.index() == 1 || !cofault::fault_free());
}

awaitable<void> nested() {
  const auto [a, b, c] =
      co_await ((value_after(1ms, 1) && value_after(2ms, 2)) && value_after(3ms, 3));
  EXPECT_EQ(a + b + c, 6);
  co_await ((sleep_for(1ms) && sleep_for(2ms)) || (sleep_for(3ms) && sleep_for(4ms)) ||
            sleep_for(5ms));
}

awaitable<void> with_a_deadline() {
  net::steady_timer deadline(co_await net::this_coro::executor, 1s);
  for (int i = 0; i < 3; ++i) {
    deadline.expires_after(1s);
    const auto winner = co_await (value_after(10ms, i) || deadline.async_wait(use_awaitable));
    EXPECT_TRUE(winner.index() == 0 || !cofault::fault_free());
  }
}

awaitable<void> all_operators() {
  co_await both();
  co_await either();
  co_await nested();
  co_await with_a_deadline();
}

NET_TEST(Operators, WithoutFaults) {
  for (const auto program : {both, either, nested, with_a_deadline}) {
    const auto result = explore(program, support::usual().trials(1));
    EXPECT_THAT(result, SurvivesEveryFault());
  }
}

NET_TEST(Operators, SurviveEveryFault) {
  const auto result = explore(all_operators);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_EQ(result.unreached, 0u);
  // The sleeps: 2 + 2 + (3 + 5) + 3. What awaits them is no point of its own.
  EXPECT_EQ(result.points, 15u);
}

using values = net::channel<void(net::error_code, int)>;

awaitable<void> produce(std::shared_ptr<values> out, int from) {
  const auto alive = cofault::tracked<std::string>("producer");
  for (int i = 0; i < 15; ++i) {
    co_await sleep_for(3ms);
    co_await net::post(co_await net::this_coro::executor, use_awaitable);
    co_await out->async_send(net::error_code(), from + i, use_awaitable);
  }
}

awaitable<int> consume(std::shared_ptr<values> in) {
  const auto alive = cofault::tracked<std::string>("consumer");
  int sum = 0;
  for (int i = 0; i < 45; ++i) sum += co_await in->async_receive(use_awaitable);
  co_return sum;
}

awaitable<void> tick(int& ticks) {
  net::steady_timer timer(co_await net::this_coro::executor);
  for (int i = 0; i < 70; ++i) {
    timer.expires_after(1ms);
    co_await timer.async_wait(use_awaitable);
    ++ticks;
  }
}

// Three producers, a consumer and a ticker: whoever fails ends the others.
awaitable<void> plant() {
  const auto executor = co_await net::this_coro::executor;
  const auto belt = std::make_shared<values>(executor, 4);
  int ticks = 0;
  const int sum =
      co_await (net::co_spawn(net::make_strand(executor), consume(belt), use_awaitable) &&
                (produce(belt, 0) && produce(belt, 100) && produce(belt, 1000)) && tick(ticks));
  EXPECT_EQ(sum, 15 * 1100 + 3 * 105);
  EXPECT_EQ(ticks, 70);
}

NET_TEST(Sweep, TwoHundredPointsOfACorrectProgram) {
  // Two faults are too much for Asio 1.81 itself, see docs/asio-defects.md.
  const auto result =
      explore(plant, support::usual()
                         .inject(cofault::inject::usual(), support::closed_channels())
                         .search(cofault::search::exhaustive(1)));
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_GE(result.points, 200u);
  EXPECT_GE(result.trials, 200u);
  EXPECT_EQ(result.unreached, 0u);
}

NET_TEST(Sweep, IsTheSameEveryTime) {
  const auto one = support::usual().search(cofault::search::exhaustive(1));
  const auto first = explore(plant, one), second = explore(plant, one);
  EXPECT_EQ(cofault::describe(first), cofault::describe(second));
}

}  // namespace
