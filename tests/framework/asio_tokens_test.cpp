// SPDX-License-Identifier: BSL-1.0
// Which faults an operation gets, by its name and by how it reports errors, and how they arrive.
#include <array>
#include <chrono>
#include <string>
#include <tuple>
#include <vector>

#include "cofault/fault_free.hpp"
#include "cofault/inject/error.hpp"
#include "net.hpp"
#include "support/asio_peer.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::explore;
using support::proposals;
using testing::ElementsAre;

using values = net::channel<void(net::error_code, int)>;

std::set<std::string> codes_seen;

awaitable<void> codes() {
  const auto executor = co_await net::this_coro::executor;
  net::error_code ec;
  values channel(executor, 4);
  channel.try_send(net::error_code(), 1);
  channel.try_send(net::error_code(), 2);
  co_await channel.async_send(net::error_code(), 3, net::redirect_error(use_awaitable, ec));
  if (ec) codes_seen.insert("redirected send: " + ec.message());
  const int got = co_await channel.async_receive(net::redirect_error(use_awaitable, ec));
  if (ec) codes_seen.insert("redirected receive: " + ec.message());
  EXPECT_EQ(got, ec ? 0 : 1);
  const auto [code] =
      co_await channel.async_send(net::error_code(), 4, net::as_tuple(use_awaitable));
  if (code) codes_seen.insert("tuple send: " + code.message());
  const auto [why, value] = co_await channel.async_receive(net::as_tuple(use_awaitable));
  if (why) codes_seen.insert("tuple receive: " + why.message());
  EXPECT_EQ(value == 0, bool(why));
  net::steady_timer timer(executor, 1s);
  co_await timer.async_wait(net::redirect_error(use_awaitable, ec));
  EXPECT_FALSE(ec);
}

NET_TEST(Tokens, CodesForWhatReportsCodes) {
  codes_seen.clear();
  EXPECT_THAT(proposals(codes),
              ElementsAre("channel::async_send code:closed", "channel::async_receive code:closed",
                          "channel::async_send code:closed", "channel::async_receive code:closed",
                          "async_wait"));
  EXPECT_EQ(codes_seen.size(), 4u);
}

// A socket has no default value: it belongs to an executor.
awaitable<void> accepts() {
  using net::ip::tcp;
  tcp::acceptor acceptor(co_await net::this_coro::executor, {net::ip::address_v4::loopback(), 0});
  std::vector<tcp::socket> peers;
  for (int i = 0; i < 3; ++i)
    peers.emplace_back(acceptor.get_executor()).connect(acceptor.local_endpoint());
  auto [why, accepted] = co_await acceptor.async_accept(net::as_tuple(use_awaitable));
  EXPECT_EQ(accepted.is_open(), !why);
  EXPECT_EQ(accepted.get_executor(), acceptor.get_executor());
  if (why) codes_seen.insert("tuple: " + why.message());
  net::error_code ec;
  auto other = co_await acceptor.async_accept(net::redirect_error(use_awaitable, ec));
  EXPECT_EQ(other.is_open(), !ec);
  if (ec) codes_seen.insert("redirected: " + ec.message());
  auto [error, on_strand] = co_await acceptor.async_accept(
      net::make_strand(acceptor.get_executor()), net::as_tuple(use_awaitable));
  EXPECT_EQ(on_strand.is_open(), !error);
  if (error) codes_seen.insert("on a strand: " + error.message());
}

NET_TEST(Tokens, AFailedAcceptHandsOverASocketThatIsNotOpen) {
  codes_seen.clear();
  EXPECT_THAT(proposals(accepts),
              ElementsAre("async_accept code:no_descriptors", "async_accept code:no_descriptors",
                          "async_accept code:no_descriptors"));
  EXPECT_EQ(codes_seen.size(), 3u);
}

template <class Initiation>
awaitable<void> code_beside_it() {
  net::error_code ec;
  co_await support::initiate(Initiation(), use_awaitable, &ec);
  if (ec) codes_seen.insert("beside it");
}

NET_TEST(Tokens, TheCodeMayComeBesideTheInitiation) {
  codes_seen.clear();
  EXPECT_THAT(proposals(code_beside_it<support::redirect_error_t<int>::init_wrapper>),
              ElementsAre("? code:reset"));
  EXPECT_THAT(codes_seen, ElementsAre("beside it"));
  EXPECT_THAT(proposals(code_beside_it<int>), ElementsAre("? throw:reset"));
}

awaitable<void> throwing() {
  values channel(co_await net::this_coro::executor, 1);
  co_await channel.async_send(net::error_code(), 1, use_awaitable);
  co_await channel.async_receive(use_awaitable);
  net::steady_timer timer(channel.get_executor(), 1s);
  co_await timer.async_wait(use_awaitable);
  auto operation = timer.async_wait(use_awaitable);
  co_await std::move(operation);
}

NET_TEST(Tokens, ThrowsForTheRest) {
  EXPECT_THAT(proposals(throwing),
              ElementsAre("channel::async_send throw:closed", "channel::async_receive throw:closed",
                          "async_wait throw:no_memory", "async_wait throw:no_memory"));
}

awaitable<void> infallible() {
  const auto executor = co_await net::this_coro::executor;
  co_await net::this_coro::cancellation_state;
  co_await net::this_coro::reset_cancellation_state();
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  co_await net::this_coro::throw_if_cancelled();
  co_await net::this_coro::throw_if_cancelled(false);
  co_await net::post(executor, use_awaitable);
  co_await net::dispatch(executor, use_awaitable);
  co_await net::defer(executor, use_awaitable);
}

awaitable<void> infallible_and_a_timer() {
  co_await infallible();
  net::steady_timer timer(co_await net::this_coro::executor, 1s);
  co_await timer.async_wait(use_awaitable);
}

NET_TEST(Tokens, NothingForWhatCannotFail) {
  const auto result = explore(infallible_and_a_timer);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_EQ(result.trials, 1u);
}

template <class Token>
auto async_two_steps(net::steady_timer& timer, Token&& token) {
  return net::async_compose<Token, void(net::error_code)>(
      [&timer, steps = 0](auto& self, net::error_code ec = {}) mutable {
        if (ec || steps++ == 2) return self.complete(ec);
        timer.expires_after(1s);
        timer.async_wait(std::move(self));
      },
      token, timer);
}

template <class Token>
auto async_answer(net::any_io_executor executor, Token&& token) {
  return net::async_initiate<Token, void(net::error_code, int)>(
      [executor](auto handler) {
        net::post(executor, [handler = std::move(handler)]() mutable {
          std::move(handler)(net::error_code(), 42);
        });
      },
      token);
}

awaitable<void> composed() {
  const auto executor = co_await net::this_coro::executor;
  net::steady_timer timer(executor);
  co_await async_two_steps(timer, use_awaitable);
  EXPECT_EQ(co_await async_answer(executor, use_awaitable), 42);
  net::error_code ec;
  const int answer = co_await async_answer(executor, net::redirect_error(use_awaitable, ec));
  EXPECT_EQ(answer, ec ? 0 : 42);
}

NET_TEST(Tokens, ComposedOperations) {
  EXPECT_THAT(proposals(composed), ElementsAre("? throw:reset", "? throw:reset", "? code:reset"));
}

awaitable<void> group() {
  values channel(co_await net::this_coro::executor, 1);
  net::steady_timer timer(channel.get_executor(), 1s);
  co_await net::experimental::make_parallel_group(
      [&](auto token) { return channel.async_send(net::error_code(), 1, token); },
      [&](auto token) { return timer.async_wait(token); })
      .async_wait(net::experimental::wait_for_all(), use_awaitable);
  co_await channel.async_receive(use_awaitable);
}

// It hands over what its operations tell, each for itself.
NET_TEST(Tokens, AGroupDoesNotFail) {
  EXPECT_THAT(proposals(group),
              ElementsAre("parallel_group::async_wait", "channel::async_receive throw:closed"));
}

#ifdef NET_CAN_AWAIT_DEFERRED
awaitable<void> deferred() {
  const auto executor = co_await net::this_coro::executor;
  net::steady_timer timer(executor, 1s);
  co_await timer.async_wait(net::deferred);
  EXPECT_EQ(co_await async_answer(executor, net::deferred), 42);
  values channel(executor, 1);
  co_await channel.async_send(net::error_code(), 1, net::deferred);
  co_await net::post(executor, net::deferred);
}

NET_TEST(Tokens, DeferredOperations) {
  EXPECT_THAT(proposals(deferred), ElementsAre("async_wait throw:no_memory", "? throw:reset",
                                               "channel::async_send throw:closed"));
}

awaitable<void> deferred_group() {
  net::steady_timer timer(co_await net::this_coro::executor, 1s);
  co_await net::experimental::make_parallel_group(timer.async_wait(net::deferred))
      .async_wait(net::experimental::wait_for_all(), net::deferred);
}

awaitable<void> awaits_a_deferred_group() { co_await deferred_group(); }

// What it completes with does not begin with an error, so it throws none; nor does who awaits it.
NET_TEST(Tokens, DeferredOperationsThrowTheErrorTheyCompleteWithAndNothingElse) {
  const auto how = support::usual().inject(cofault::inject::error({cofault::io_error::reset}));
  EXPECT_THAT(explore(deferred_group, how).error, testing::HasSubstr("can fail"));
  EXPECT_THAT(explore(awaits_a_deferred_group, how).error, testing::HasSubstr("can fail"));
  EXPECT_EQ(explore(deferred, how).points, 3u) << "nothing goes wrong with a post";
}
#endif

}  // namespace
