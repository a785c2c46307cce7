// SPDX-License-Identifier: BSL-1.0
// Operations that are sides of a join: the library awaits them, for an await of the program.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "cofault/inject/error.hpp"
#include "cofault/property/surfacing.hpp"
#include "cofault/site.hpp"
#include "net.hpp"
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
using testing::SizeIs;
using testing::UnorderedElementsAre;

using values = net::channel<void(net::error_code, int)>;

struct world {
  explicit world(net::any_io_executor executor) : from(executor, 2), limit(executor, 5s) {
    from.try_send(net::error_code(), 1);
    from.try_send(net::error_code(), 2);
  }
  values from;
  net::steady_timer limit;
};

awaitable<void> throws_in_a_join() {
  world w(co_await net::this_coro::executor);
  co_await (w.from.async_receive(use_awaitable) || w.limit.async_wait(use_awaitable));
}

awaitable<void> tells_a_code_in_a_join() {
  world w(co_await net::this_coro::executor);
  co_await (w.from.async_receive(net::as_tuple(use_awaitable)) ||
            w.limit.async_wait(net::as_tuple(use_awaitable)));
}

awaitable<void> only_waits() {
  world w(co_await net::this_coro::executor);
  net::steady_timer soon(w.limit.get_executor(), 1s);
  co_await (soon.async_wait(use_awaitable) || w.limit.async_wait(use_awaitable));
}

awaitable<void> both() {
  world w(co_await net::this_coro::executor);
  co_await (w.from.async_receive(use_awaitable) && w.from.async_receive(use_awaitable));
}

// What the join itself cannot do is not tried, and the time limit only knows that it was cancelled.
// Where there is nothing else, nothing can fail.
NET_TEST(Sides, AreStruckAsTheirTokenTells) {
  EXPECT_THAT(proposals(throws_in_a_join), ElementsAre("channel::async_receive throw:closed"));
  EXPECT_THAT(proposals(tells_a_code_in_a_join), ElementsAre("channel::async_receive code:closed"));
  EXPECT_THAT(proposals(only_waits), ElementsAre(HasSubstr("can fail: no step")));
  EXPECT_EQ(explore(both, support::usual().inject(support::closed_channels())).points, 2u);
}

awaitable<void> pause(std::chrono::seconds d) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> limits_by_a_coroutine() {
  world w(co_await net::this_coro::executor);
  co_await (w.from.async_receive(use_awaitable) || pause(5s));
}

awaitable<void> pauses_beside() {
  world w(co_await net::this_coro::executor);
  co_await (w.from.async_receive(use_awaitable) && pause(5s));
}

awaitable<void> one_of_two_pauses() { co_await (pause(1s) || pause(5s)); }

// A limit is what is written as a coroutine, too. What is waited for as well, or alone, is none.
NET_TEST(Sides, ALimitMayBeACoroutine) {
  EXPECT_THAT(proposals(limits_by_a_coroutine), ElementsAre("channel::async_receive throw:closed"));
  EXPECT_THAT(proposals(pauses_beside), UnorderedElementsAre("channel::async_receive throw:closed",
                                                             "async_wait throw:no_memory"));
  EXPECT_THAT(proposals(one_of_two_pauses), ElementsAre("async_wait throw:no_memory"));
}

awaitable<void> waits_for_a_socket() {
  using net::ip::udp;
  const auto executor = co_await net::this_coro::executor;
  udp::socket socket(executor, udp::endpoint(net::ip::address_v4::loopback(), 0));
  socket.send_to(net::buffer("x", 1), socket.local_endpoint());
  net::steady_timer limit(executor, 5s);
  co_await (socket.async_wait(udp::socket::wait_read, use_awaitable) ||
            limit.async_wait(use_awaitable));
}

NET_TEST(Sides, TheWaitOfASocketIsNoLimit) {
  EXPECT_THAT(proposals(waits_for_a_socket), ElementsAre("socket::async_wait throw:no_memory"));
}

awaitable<void> takes(std::shared_ptr<world> w) { co_await w->from.async_receive(use_awaitable); }

awaitable<void> spawns_both() {
  const auto executor = co_await net::this_coro::executor;
  const auto w = std::make_shared<world>(executor);
  const auto strand = net::make_strand(executor);
  co_await (net::co_spawn(strand, takes(w), use_awaitable) &&
            net::co_spawn(strand, takes(w), use_awaitable));
}

// What goes wrong in a coroutine goes wrong there.
NET_TEST(Sides, ACoroutineOnAStrandHasNoFaultsOfItsOwn) {
  EXPECT_THAT(proposals(spawns_both), ElementsAre("channel::async_receive throw:closed"));
}

awaitable<int> in_time(awaitable<int> operation, net::steady_timer& limit) {
  const auto first = co_await (std::move(operation) || limit.async_wait(use_awaitable));
  co_return std::get<0>(first);
}

awaitable<void> hands_it_over() {
  world w(co_await net::this_coro::executor);
  co_await in_time(w.from.async_receive(use_awaitable), w.limit);
}

NET_TEST(Sides, AreStruckInTheJoinThatAwaitsThem) {
  EXPECT_THAT(proposals(hands_it_over), ElementsAre("channel::async_receive throw:closed"));
}

cofault::options judging_exceptions() {
  return cofault::options()
      .inject(cofault::inject::error({cofault::io_error::reset}))
      .judge(cofault::properties::surfacing());
}

// Takes every error for a timeout.
constexpr unsigned lost_line = __LINE__ + 5;
awaitable<void> loses_the_error() {
  world w(co_await net::this_coro::executor);
  for (int i = 0; i < 2; ++i) {
    const auto first =
        co_await (w.from.async_receive(use_awaitable) || w.limit.async_wait(use_awaitable));
    if (first.index() == 1) throw std::runtime_error("timed out");
  }
}

awaitable<void> looks_at_the_code() {
  world w(co_await net::this_coro::executor);
  for (int i = 0; i < 2; ++i) {
    const auto first = co_await (w.from.async_receive(net::as_tuple(use_awaitable)) ||
                                 w.limit.async_wait(net::as_tuple(use_awaitable)));
    if (first.index() == 1) throw std::runtime_error("timed out");
    if (const net::error_code ec = std::get<0>(std::get<0>(first))) throw net::system_error(ec);
  }
}

NET_TEST(Sides, AnErrorThatTheJoinDropsIsFound) {
  const auto lost = explore(loses_the_error, judging_exceptions());
  ASSERT_THAT(lost.findings, SizeIs(1)) << describe(lost);
  const cofault::finding& f = lost.findings[0];
  EXPECT_EQ(cofault::sites::site(f.site).line, lost_line);
  EXPECT_EQ(f.more, 1u) << "in the second round, too";
  EXPECT_THAT(f.report, HasSubstr("channel::async_receive throws 'reset' instead of running, in "));
  EXPECT_THAT(f.report, HasSubstr("loses_the_error() gets the fault at "));
  const auto told = explore(looks_at_the_code, judging_exceptions());
  EXPECT_THAT(told, SurvivesEveryFault());
  EXPECT_EQ(told.points, 2u);
}

awaitable<void> tries_again_at_once() {
  world w(co_await net::this_coro::executor);
  for (;;) {
    const auto first = co_await (w.from.async_receive(net::as_tuple(use_awaitable)) ||
                                 w.limit.async_wait(net::as_tuple(use_awaitable)));
    if (first.index() == 1 || !std::get<0>(std::get<0>(first))) co_return;
  }
}

// A fault that stays strikes each try.
NET_TEST(Sides, WhatIsTriedAgainAtOnceSpins) {
  const auto result =
      explore(tries_again_at_once, support::usual().inject(support::closed_channels()).visits(50));
  ASSERT_THAT(result.findings, SizeIs(1)) << describe(result);
  EXPECT_EQ(result.findings[0].property, "no coroutine spins for ever");
  EXPECT_THAT(encode(result.findings[0].smallest), HasSubstr("=code:closed*"));
}

NET_TEST(Sides, AFaultThereIsReplayed) {
  const auto lost = explore(loses_the_error, judging_exceptions());
  ASSERT_THAT(lost.findings, SizeIs(1));
  const auto how = judging_exceptions().replay(encode(lost.findings[0].smallest));
  EXPECT_THAT(explore(loses_the_error, how).findings, SizeIs(1));
}

}  // namespace
