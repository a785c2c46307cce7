// SPDX-License-Identifier: BSL-1.0
// Coroutines that spin, hang, are left suspended, or run an event loop of their own.
#include <chrono>
#include <memory>
#include <vector>

#include "cofault/fault_free.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/site.hpp"
#include "cofault/tracked.hpp"
#include "net.hpp"
#include "support/asio_peer.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::explore;
using testing::HasSubstr;
using testing::SizeIs;

using values = net::channel<void(net::error_code, int)>;

awaitable<void> sleep_for(std::chrono::milliseconds d) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}

// Retries at once, for ever. What it holds must be given back all the same.
awaitable<void> stubborn() {
  const auto held = cofault::tracked<std::vector<int>>(3, 1);
  net::steady_timer timer(co_await net::this_coro::executor, 1s);
  for (;;) {
    try {
      co_await timer.async_wait(use_awaitable);
      co_return;
    } catch (...) {
    }
  }
}

awaitable<void> stubborn_beside_others() { co_await (stubborn() && sleep_for(5s)); }

NET_TEST(Stuck, ASpinningCoroutineIsParked) {
  for (const auto program : {stubborn, stubborn_beside_others}) {
    const auto result = explore(program, support::usual().visits(50));
    ASSERT_THAT(result.findings, SizeIs(1));
    EXPECT_THAT(result.findings[0].explanation, HasSubstr("while the clock stood still"));
    // One failure elsewhere is enough where that cancels the timer for good.
    EXPECT_EQ(result.findings[0].smallest[0].what.tries == 0, program == stubborn);
    EXPECT_THAT(result.findings[0].report, HasSubstr("co_await timer.async_wait(use_awaitable);"));
  }
}

NET_TEST(Stuck, OneHandlerIsOneFindingWhateverItKeepsSpinning) {
  const auto how =
      cofault::options().inject(cofault::inject::usual(), cofault::inject::cancel()).visits(50);
  const auto result = explore(stubborn, how);
  ASSERT_THAT(result.findings, SizeIs(1)) << describe(result);
  const cofault::finding& f = result.findings[0];
  EXPECT_EQ(f.property, "no coroutine spins for ever");
  EXPECT_THAT(f.report, testing::AllOf(HasSubstr("| } catch (...) {"),
                                       HasSubstr("further plans with the same culprit")));
}

// The same where each try is a coroutine of its own, awaited in every way there is.
awaitable<void> attempt() { co_await sleep_for(1s); }

constexpr unsigned catch_line = __LINE__ + 7;
template <class Try>
awaitable<void> stubborn_about(Try once_more) {
  for (;;) {
    try {
      co_await once_more();
      co_return;
    } catch (...) {
    }
  }
}

awaitable<void> spawned_attempt() {
  const auto executor = co_await net::this_coro::executor;
  co_await net::co_spawn(executor, [] { return attempt(); }, use_awaitable);
}
awaitable<void> attempt_beside_others() { co_await (sleep_for(5s) && attempt()); }

awaitable<void> stubborn_with_attempts() { co_await stubborn_about(attempt); }
awaitable<void> stubborn_with_spawned() { co_await stubborn_about(spawned_attempt); }
awaitable<void> stubborn_with_joins() { co_await stubborn_about(attempt_beside_others); }

NET_TEST(Stuck, ASpinningCoroutineIsParkedWhereEachTryIsANewOne) {
  for (const auto program : {stubborn_with_attempts, stubborn_with_spawned, stubborn_with_joins}) {
    const auto result = explore(program, support::usual().visits(50));
    ASSERT_THAT(result.findings, SizeIs(1)) << cofault::describe(result);
    const auto& f = result.findings[0];
    EXPECT_EQ(f.property, "no coroutine spins for ever");
    EXPECT_THAT(f.report, HasSubstr("stubborn_about() is parked at "));
    EXPECT_EQ(cofault::sites::site(f.site).line, catch_line);
    EXPECT_EQ(f.smallest[0].what.tries, 0);
  }
}

// Tries again after a delay that grows from a millisecond on.
awaitable<void> patient(int tries, int growth) {
  net::steady_timer pause(co_await net::this_coro::executor);
  std::chrono::milliseconds delay = 1ms;
  for (int i = 0; i < tries; ++i) {
    try {
      co_await attempt();
      co_return;
    } catch (...) {
    }
    pause.expires_after(delay);
    net::error_code ec;
    co_await pause.async_wait(net::redirect_error(use_awaitable, ec));
    delay *= growth;
  }
}

awaitable<void> gives_up() { co_await patient(20, 2); }
awaitable<void> never_gives_up() { co_await patient(1'000'000'000, 1); }

NET_TEST(Stuck, GivingUpInTheEndIsClean) {
  const auto result = explore(gives_up, support::usual().search(cofault::search::exhaustive(1)));
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_EQ(result.trials, 3u);
  EXPECT_THAT(result.notes, testing::Each(testing::Not(HasSubstr("undecided"))));
}

NET_TEST(Stuck, NeverGivingUpIsNotedSoon) {
  const auto result = explore(never_gives_up);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_THAT(result.notes, testing::Contains(HasSubstr("after 1000 retries with a delay")));
}

awaitable<void> stubborn_with_channel() {
  values box(co_await net::this_coro::executor, 1);
  box.try_send(net::error_code(), 1);
  for (int got = 0; got == 0;) {
    net::error_code ec;
    got = co_await box.async_receive(net::redirect_error(use_awaitable, ec));
  }
}

NET_TEST(Stuck, ASpinningCoroutineThatGetsCodesIsParked) {
  const auto result = explore(stubborn_with_channel,
                              support::usual().inject(support::closed_channels()).visits(50));
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_EQ(result.findings[0].smallest[0].what.tries, 0);
}

// Leaves coroutines suspended in every way there is: the world must go without a use after free.
awaitable<void> forever() {
  const auto held = cofault::tracked<std::vector<int>>(3, 1);
  net::steady_timer timer(co_await net::this_coro::executor, 1000h);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> receive(std::shared_ptr<values> box) {
  const auto held = cofault::tracked<std::vector<int>>(3, 1);
  co_await box->async_receive(use_awaitable);
}

awaitable<void> accept() {
  const auto held = cofault::tracked<std::vector<int>>(3, 1);
  net::ip::tcp::acceptor acceptor(co_await net::this_coro::executor,
                                  {net::ip::address_v4::loopback(), 0});
  co_await acceptor.async_accept(use_awaitable);
}

awaitable<void> group(std::shared_ptr<values> box) {
  co_await ((forever() && receive(box)) || (accept() && forever()));
}

awaitable<void> leaves_all_behind() {
  const auto executor = co_await net::this_coro::executor;
  const auto box = std::make_shared<values>(executor);
  for (int i = 0; i < 5; ++i) {
    net::co_spawn(executor, forever(), net::detached);
    net::co_spawn(net::make_strand(executor), receive(box), net::detached);
    net::co_spawn(executor, group(box), net::detached);
  }
  net::co_spawn(executor, accept(), net::detached);
  co_await sleep_for(10ms);
}

NET_TEST(Stuck, WhatIsLeftSuspendedIsDestroyed) {
  const auto result = explore(leaves_all_behind);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_GT(result.trials, 20u);
}

awaitable<void> stops_the_context() {
  co_await sleep_for(1ms);
  auto& context = static_cast<net::io_context&>(
      net::query(co_await net::this_coro::executor, net::execution::context));
  context.stop();
  co_await sleep_for(1ms);
}

NET_TEST(Stuck, StoppingTheContextIsNoHang) {
  EXPECT_THAT(explore(stops_the_context), SurvivesEveryFault());
}

// A synchronous function of the program that runs an event loop of its own.
int blocking_call() {
  net::io_context own;
  int got = 0;
  net::co_spawn(own, sleep_for(3ms), [&got](std::exception_ptr error) { got = error ? -1 : 1; });
  own.run();
  return got;
}

awaitable<void> calls_a_blocking_function() {
  co_await sleep_for(1ms);
  const auto before = std::chrono::steady_clock::now();
  const int got = blocking_call();
  EXPECT_EQ(got, cofault::fault_free() ? 1 : -1);
  EXPECT_EQ(std::chrono::steady_clock::now() - before, cofault::fault_free() ? 3ms : 0ms);
}

NET_TEST(Stuck, ANestedEventLoop) {
  EXPECT_THAT(explore(calls_a_blocking_function), SurvivesEveryFault());
}

int bounded_call() {
  net::io_context own;
  net::steady_timer late(own, 1h);
  late.async_wait([](net::error_code) { ADD_FAILURE() << "too early"; });
  return static_cast<int>(own.run_for(10s) + own.run_one_for(10s));
}

awaitable<void> calls_a_bounded_function() {
  co_await sleep_for(1ms);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(bounded_call(), 0);
  EXPECT_EQ(std::chrono::steady_clock::now() - before, 20s);
}

NET_TEST(Stuck, ANestedEventLoopWithABound) {
  EXPECT_THAT(explore(calls_a_bounded_function, support::usual().trials(1)), SurvivesEveryFault());
}

awaitable<void> waits_for_clients() {
  net::steady_timer never(co_await net::this_coro::executor, net::steady_timer::time_point::max());
  co_await never.async_wait(use_awaitable);
}

constexpr unsigned struck = __LINE__ + 8;
// Beside it, and rightly so, somebody waits for ever.
template <bool Tells>
awaitable<void> answers_one_client(support::answers& out) {
  net::co_spawn(out.get_executor(), waits_for_clients, net::detached);
  net::error_code why;
  net::steady_timer timer(out.get_executor(), 1s);
  try {
    co_await timer.async_wait(use_awaitable);  // struck
  } catch (const net::system_error& e) {
    why = e.code();
  }
  if (Tells || !why) out.try_send(net::error_code(), why.value());
}

// Who is the client that waits is said, and not the program's idle part blamed.
NET_TEST(Stuck, ATestThatGetsNoAnswer) {
  const auto result = explore(+[] { return support::asks(answers_one_client<false>); });
  ASSERT_THAT(result.findings, SizeIs(1)) << describe(result);
  EXPECT_THAT(result.findings[0].explanation,
              testing::AllOf(HasSubstr("the root, asks(), waits at asio_peer.hpp:"),
                             HasSubstr("waits_for_clients() waits at asio_stuck_test.cpp:")));
  EXPECT_THAT(result.findings[0].report,
              HasSubstr("culprit  asio_stuck_test.cpp:" + std::to_string(struck)));
  EXPECT_THAT(explore(+[] { return support::asks(answers_one_client<true>); }),
              SurvivesEveryFault());
}

// Its completion handler is dropped, and with that all that waits for it.
awaitable<void> asks_who_forgets(net::any_io_executor executor) {
  return net::async_initiate<decltype(use_awaitable), void(net::error_code)>(
      [](auto handler, net::any_io_executor on) {
        net::post(on, [h = std::move(handler)]() mutable { const auto dropped = std::move(h); });
      },
      use_awaitable, executor);
}
awaitable<void> is_forgotten() {
  const auto executor = co_await net::this_coro::executor;
  co_await asks_who_forgets(executor);  // guilty
}

NET_TEST(Stuck, WhoseHandlerIsDropped) {
  const auto result = explore(is_forgotten);
  ASSERT_THAT(result.findings, SizeIs(1)) << describe(result);
  EXPECT_EQ(result.findings[0].property, "nothing waits for ever");
  EXPECT_THAT(result.findings[0].report, HasSubstr("// guilty"));
  EXPECT_THAT(result.findings[0].explanation, HasSubstr("dropped its handler"));
}

}  // namespace
