// SPDX-License-Identifier: BSL-1.0
// Coroutines of other executor types than any_io_executor.
#include <chrono>

#include "net.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::SurvivesEveryFault;
using net::awaitable;

using io_executor = net::io_context::executor_type;
using strand = net::strand<io_executor>;

awaitable<int, strand> on_a_strand() {
  const strand here = co_await net::this_coro::executor;
  using timer = net::use_awaitable_t<strand>::as_default_on_t<net::basic_waitable_timer<
      std::chrono::steady_clock, net::wait_traits<std::chrono::steady_clock>, strand>>;
  timer t(here, 1s);
  co_await t.async_wait();
  co_return 7;
}

awaitable<int, io_executor> on_the_context() {
  const io_executor here = co_await net::this_coro::executor;
  const int got = co_await net::co_spawn(net::make_strand(here), on_a_strand(),
                                         net::use_awaitable_t<io_executor>());
  co_return got + 1;
}

NET_TEST(Tokens, OtherExecutorTypes) {
  const auto result = cofault::explore([](auto) { return on_the_context(); }, support::usual());
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_EQ(result.points, 1u);
  EXPECT_EQ(result.trials, 1u);
}

}  // namespace
