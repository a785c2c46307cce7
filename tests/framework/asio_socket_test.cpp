// SPDX-License-Identifier: BSL-1.0
// Real sockets on the loopback device, in virtual time.
#include <array>
#include <chrono>
#include <coroutine>
#include <memory>
#include <string>

#include "cofault/fault_free.hpp"
#include "net.hpp"
#include "support/asio_support.hpp"
#include "support/detached.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using net::ip::tcp;
using support::explore;
using support::proposals;
using testing::ElementsAre;
using testing::SizeIs;

awaitable<void> serve_one(tcp::acceptor& acceptor) {
  tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
  std::array<char, 64> buffer;
  for (int i = 0; i < 3; ++i) {
    const std::size_t n = co_await socket.async_read_some(net::buffer(buffer), use_awaitable);
    co_await net::async_write(socket, net::buffer(buffer, n), use_awaitable);
  }
}

awaitable<void> ask(tcp::endpoint where) {
  tcp::socket socket(co_await net::this_coro::executor);
  co_await socket.async_connect(where, use_awaitable);
  net::steady_timer pause(socket.get_executor());
  for (int i = 0; i < 3; ++i) {
    const std::string question = "question " + std::to_string(i);
    co_await net::async_write(socket, net::buffer(question), use_awaitable);
    std::string answer(question.size(), ' ');
    co_await net::async_read(socket, net::buffer(answer), use_awaitable);
    EXPECT_EQ(answer, question);
    pause.expires_after(1s);
    co_await pause.async_wait(use_awaitable);
  }
}

awaitable<void> echo() {
  tcp::acceptor acceptor(co_await net::this_coro::executor, {net::ip::address_v4::loopback(), 0});
  co_await (serve_one(acceptor) && ask(acceptor.local_endpoint()));
}

NET_TEST(Sockets, AnEchoOverLoopback) {
  const auto result = explore(echo);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_EQ(result.points, 17u);
  EXPECT_EQ(result.unreached, 0u);
}

// Two small writes, one answer: what the first has not been acknowledged for would keep the second
// back, for as long as the other end keeps the acknowledgement back, in real time.
awaitable<void> serve_pairs(tcp::acceptor& acceptor) {
  tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
  std::array<char, 2> pair;
  for (int i = 0; i < 4; ++i) {
    co_await net::async_read(socket, net::buffer(pair), use_awaitable);
    co_await net::async_write(socket, net::buffer(pair, 1), use_awaitable);
    co_await net::async_write(socket, net::buffer(pair, 1), use_awaitable);
  }
}
awaitable<void> ask_in_pieces(tcp::endpoint where) {
  tcp::socket socket(co_await net::this_coro::executor);
  co_await socket.async_connect(where, use_awaitable);
  net::steady_timer limit(socket.get_executor());
  std::array<char, 2> pair = {'a', 'b'};
  for (int i = 0; i < 4; ++i) {
    co_await net::async_write(socket, net::buffer(pair, 1), use_awaitable);
    co_await net::async_write(socket, net::buffer(pair, 1), use_awaitable);
    limit.expires_after(1s);
    const auto first = co_await (net::async_read(socket, net::buffer(pair), use_awaitable) ||
                                 limit.async_wait(use_awaitable));
    EXPECT_EQ(first.index(), 0u) << "the answer to question " << i << " was kept back";
  }
}
awaitable<void> small_writes() {
  tcp::acceptor acceptor(co_await net::this_coro::executor, {net::ip::address_v4::loopback(), 0});
  co_await (serve_pairs(acceptor) && ask_in_pieces(acceptor.local_endpoint()));
}
NET_TEST(Sockets, KeepNoSmallWriteBack) {
  EXPECT_THAT(explore(small_writes, support::usual().trials(1)), SurvivesEveryFault());
}

NET_TEST(Sockets, AreDeterministic) {
  const std::string first = cofault::describe(explore(echo));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(cofault::describe(explore(echo)), first);
}

NET_TEST(Sockets, FaultsByOperation) {
  EXPECT_THAT(
      proposals(echo),
      ElementsAre("async_accept throw:no_descriptors", "async_receive throw:eof throw:reset",
                  "async_write throw:pipe", "async_connect throw:refused", "async_write throw:pipe",
                  "async_read throw:eof throw:reset", "async_wait throw:no_memory"));
}

awaitable<void> reads_lines() {
  const auto executor = co_await net::this_coro::executor;
  tcp::acceptor acceptor(executor, {net::ip::address_v4::loopback(), 0});
  tcp::socket client(executor);
  const std::array servers = {acceptor.local_endpoint()};
  co_await net::async_connect(client, servers, use_awaitable);
  tcp::socket server = co_await acceptor.async_accept(use_awaitable);
  server.send(net::buffer("one\ntwo\n"));
  std::string text;
  const auto n =
      co_await net::async_read_until(client, net::dynamic_buffer(text), '\n', use_awaitable);
  text.erase(0, n);
  co_await net::async_read_until(client, net::dynamic_buffer(text), "\n", use_awaitable);
}

// The function that is called, not which of Asio's variants of it.
NET_TEST(Sockets, OperationsHaveTheirNames) {
  EXPECT_THAT(proposals(reads_lines),
              ElementsAre("async_connect throw:refused", "async_accept throw:no_descriptors",
                          "async_read_until throw:eof throw:reset",
                          "async_read_until throw:eof throw:reset"));
}

// A read that nobody answers, with a deadline: the clock must get there.
awaitable<void> silent_peer() {
  const auto executor = co_await net::this_coro::executor;
  tcp::acceptor acceptor(executor, {net::ip::address_v4::loopback(), 0});
  tcp::socket client(executor);
  co_await client.async_connect(acceptor.local_endpoint(), use_awaitable);
  const tcp::socket server = co_await acceptor.async_accept(use_awaitable);
  net::steady_timer deadline(executor, 30s);
  std::array<char, 1> byte;
  const auto winner = co_await (client.async_read_some(net::buffer(byte), use_awaitable) ||
                                deadline.async_wait(use_awaitable));
  EXPECT_EQ(winner.index(), 1u);
}

NET_TEST(Sockets, ADeadlineBesideASilentPeer) {
  EXPECT_THAT(explore(silent_peer, support::usual().trials(1)), SurvivesEveryFault());
}

awaitable<void> resolve() {
  tcp::resolver resolver(co_await net::this_coro::executor);
  const auto found = co_await resolver.async_resolve("localhost", "80", use_awaitable);
  EXPECT_FALSE(found.empty());
}

NET_TEST(Sockets, AResolverThreadIsNoHang) { EXPECT_THAT(explore(resolve), SurvivesEveryFault()); }

// The patience of one run is not that of all.
NET_TEST(Sockets, AResolverThreadIsNoHangInAnyOfManyRuns) {
  for (int i = 0; i < 30; ++i) {
    const auto result = explore(resolve, support::usual().in_process());
    ASSERT_THAT(result, SurvivesEveryFault()) << i;
  }
}

awaitable<void> resolve_in_time() {
  tcp::resolver resolver(co_await net::this_coro::executor);
  net::steady_timer timer(resolver.get_executor(), 1ms);
  for (int i = 0; i < 20; ++i) {
    timer.expires_after(1ms);
    const auto first =
        co_await (resolver.async_resolve("127.0.0.1", "80", net::as_tuple(use_awaitable)) ||
                  timer.async_wait(use_awaitable));
    EXPECT_EQ(first.index(), 0u) << "the timer, in round " << i;
  }
}

NET_TEST(Sockets, NoTimerFiresWhileAResolverWorks) {
  EXPECT_THAT(explore(resolve_in_time, support::usual().trials(1)), SurvivesEveryFault());
}

// Behind what another thread has done the clock goes on.
awaitable<void> pause_for(std::chrono::seconds time) {
  net::steady_timer timer(co_await net::this_coro::executor, time);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> pause_and_resolve() {
  co_await pause_for(1s);
  tcp::resolver resolver(co_await net::this_coro::executor);
  co_await (resolver.async_resolve("127.0.0.1", "80", use_awaitable) || pause_for(5s));
}

NET_TEST(Sockets, AResolverOfTheRunBeforeIsNotWaitedFor) {
  EXPECT_THAT(explore(pause_and_resolve), SurvivesEveryFault());
}

struct sleep_on {
  net::steady_timer& timer;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    timer.async_wait([h](net::error_code why) {
      if (!why) h.resume();
    });
  }
  void await_resume() {}
};

support::detached sleeper(std::shared_ptr<net::steady_timer> timer) {
  timer->expires_after(10s);
  co_await sleep_on{*timer};
}

awaitable<void> resolve_at_the_end() {
  const auto executor = co_await net::this_coro::executor;
  sleeper(std::make_shared<net::steady_timer>(executor));
  const auto resolver = std::make_shared<tcp::resolver>(executor);
  resolver->async_resolve("127.0.0.1", "80", [resolver](net::error_code, const auto&) {});
}

NET_TEST(Sockets, WhoSleepsWhileANameIsLookedUpIsCutOff) {
  EXPECT_THAT(explore(resolve_at_the_end, support::usual().trials(1)), SurvivesEveryFault());
}

awaitable<void> resolve_in_a_loop_of_its_own() {
  net::io_context own;
  tcp::resolver resolver(own);
  net::steady_timer timer(own, 1ms);
  timer.async_wait([&](net::error_code why) {
    EXPECT_TRUE(why);
    resolver.cancel();
  });
  resolver.async_resolve("127.0.0.1", "80", [&](net::error_code why, const auto&) {
    EXPECT_FALSE(why);
    timer.cancel();
  });
  own.run();
  co_await resolve();
}

NET_TEST(Sockets, NorInAnEventLoopOfTheProgramsOwn) {
  EXPECT_THAT(explore(resolve_in_a_loop_of_its_own, support::usual().trials(1)),
              SurvivesEveryFault());
}

}  // namespace
