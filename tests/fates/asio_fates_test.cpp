// SPDX-License-Identifier: BSL-1.0
// Every row of docs/fates.md in programs of Asio's coroutines, and those that only a runtime with
// spawned chains, cancellation and completion handlers has.
#include "asio_fates.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>

#include "handled_rows.hpp"
#include "net.hpp"
#include "support/asio_peer.hpp"
#include "terminated_rows.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::io_error;
using net::awaitable;
using net::use_awaitable;
using support::fates;
using support::fault_in;
using support::line;
using support::pause;
using support::step;
using support::told;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// ---- spawned chains

// The spawned coroutine reaches its await point first.
template <class Handler>
awaitable<void> spawns(Handler handler) {
  net::co_spawn(co_await net::this_coro::executor, step(), handler);  // spawned here
  co_await pause(5ms);
}

awaitable<void> spawns_detached() { return spawns(net::detached); }
awaitable<void> spawns_with_a_handler() {
  return spawns([](std::exception_ptr) {});
}
awaitable<void> spawns_with_a_handler_that_throws() {
  return spawns([](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
}
awaitable<void> spawns_and_waits() {
  co_await net::co_spawn(co_await net::this_coro::executor, step(), use_awaitable);
}

// How newer versions of Asio begin a chain.
namespace newer {
template <class Handler>
struct co_spawn_state {
  Handler handler;
  int handler_work = 0, function = 0;
};
template <class Handler>
awaitable<void> co_spawn_entry_point(awaitable<void>*, co_spawn_state<Handler>) {
  co_await step();
}
}  // namespace newer

// What the first chain was taken for; the queue of its executor, which is not known, aside.
template <class Handler>
std::uint64_t chain_begun_for(Handler handler) {
  const auto begins = [handler] {
    return newer::co_spawn_entry_point(static_cast<awaitable<void>*>(nullptr),
                                       newer::co_spawn_state<Handler>{handler});
  };
  const cofault::outcome plain =
      cofault::run(support::asio_world::factory_of(begins), cofault::plan(), cofault::options());
  for (const cofault::event& e : plain.trace())
    if (e.kind == cofault::event_kind::spawned)
      return e.value & ~std::uint64_t{cofault::spawn_queues};
  return 0;
}

struct takes_the_error {
  void operator()(std::exception_ptr) const {}
};
struct has_a_slot : takes_the_error {
  net::cancellation_slot get_cancellation_slot() const { return signal->slot(); }
  std::shared_ptr<net::cancellation_signal> signal = std::make_shared<net::cancellation_signal>();
};

struct is_the_roots : takes_the_error {
  using cofault_root = void;
};

NET_TEST(Fates, TheHandlerOfAChainMayBePartOfAState) {
  using namespace cofault;
  EXPECT_EQ(chain_begun_for(takes_the_error()), spawn_program);
  EXPECT_EQ(chain_begun_for(has_a_slot()), spawn_program | spawn_slot);
  using dropping = net::async_completion<const net::detached_t,
                                         void(std::exception_ptr)>::completion_handler_type;
  EXPECT_EQ(chain_begun_for(dropping(net::detached)), spawn_detached);
  EXPECT_EQ(chain_begun_for(net::detached), spawn_library);
  EXPECT_EQ(chain_begun_for(is_the_roots()), spawn_root);
}

NET_TEST(Fates, DroppedByDetached) {
  const told t = fault_in(spawns_detached);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("// spawned here")));
  EXPECT_EQ(fates(spawns_and_waits), "surfaced");
  EXPECT_EQ(fates(spawns_with_a_handler), "surfaced");
}

NET_TEST(Fates, SurfacedIfItLeavesTheEventLoop) {
  EXPECT_EQ(fates(spawns_with_a_handler_that_throws), "surfaced");
}

awaitable<void> fails_because_of(std::shared_ptr<bool> done) {
  co_await step();
  *done = true;
}

awaitable<void> spawns_and_fails_itself() {
  const auto done = std::make_shared<bool>(false);
  net::co_spawn(co_await net::this_coro::executor, fails_because_of(done),
                net::detached);  // spawned here
  co_await pause(5ms);
  if (!*done) throw std::logic_error("something is wrong");
}

NET_TEST(Fates, MaskedByTheFailureOfTheRoot) {
  const told t = fault_in(spawns_and_fails_itself);
  EXPECT_EQ(t.fates, "masked surfaced");
  EXPECT_THAT(t.lost, ElementsAre(HasSubstr("net::co_spawn(")));
}

#ifdef NET_CAN_CONSIGN
awaitable<void> spawns_with_a_wrapped_handler() {
  net::cancellation_signal signal;
  co_await spawns(net::bind_cancellation_slot(
      signal.slot(), net::consign([](std::exception_ptr) {}, std::make_shared<int>())));
}
awaitable<void> spawns_detached_wrapped() { return spawns(net::consign(net::detached, 1)); }

NET_TEST(Fates, AHandlerIsTheProgramsHoweverItIsWrapped) {
  EXPECT_EQ(fates(spawns_with_a_wrapped_handler), "surfaced");
  EXPECT_EQ(fates(spawns_detached_wrapped), "dropped");
}
#endif

awaitable<void> serves() {
  co_await pause(1ms);  // left here
}
awaitable<void> serves_as_it_likes() {
  co_await pause(1ms);  // cofault: deliberate
}

template <awaitable<void> (*Part)()>
awaitable<void> test_of(support::asio_world) {
  return support::starts(Part);
}

NET_TEST(Fates, WhatTheTestSpawnsIsBlamedWhereItFailed) {
  const auto found = support::explore(test_of<serves>).findings;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].report, HasSubstr("co_await pause(1ms);  // left here"));
  EXPECT_THAT(found[0].explanation, HasSubstr("it left serves() here"));
  EXPECT_TRUE(support::explore(test_of<serves_as_it_likes>).clean());
}

// A comment counts on the line that is blamed: that of the spawn, also before the program awaits
// anything.
awaitable<void> starts_two_declared(support::asio_world) {
  const auto executor = co_await net::this_coro::executor;
  net::co_spawn(executor, serves(), net::detached);  // cofault: deliberate
  net::co_spawn(executor, serves(), net::detached);  // cofault: deliberate
  co_await pause(5ms);
}
awaitable<void> starts_two(support::asio_world) {
  const auto executor = co_await net::this_coro::executor;
  net::co_spawn(executor, serves(), net::detached);  // cofault: deliberate
  net::co_spawn(executor, serves(), net::detached);  // the second
  co_await pause(5ms);
}

NET_TEST(Fates, ADeclaredSpawnHidesNoOther) {
  EXPECT_TRUE(support::explore(starts_two_declared).clean());
  const auto found = support::explore(starts_two).findings;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].report, HasSubstr("// the second"));
}

awaitable<void> starts_one_that_says_so(support::asio_world) {
  net::co_spawn(co_await net::this_coro::executor, serves_as_it_likes(), net::detached);
  co_await pause(5ms);
}

NET_TEST(Fates, ACommentWhereNobodyIsBlamedDeclaresNothing) {
  EXPECT_EQ(support::explore(starts_one_that_says_so).findings.size(), 1u);
}

// ---- kept by a coroutine that the end of the world cut off

// For ever, without a timer that would ever fire.
awaitable<void> never() {
  net::steady_timer timer(co_await net::this_coro::executor, net::steady_timer::time_point::max());
  co_await timer.async_wait(use_awaitable);
}

template <bool Keeps>
awaitable<void> cleans_up() {
  std::exception_ptr failure;
  try {
    co_await step();
  } catch (...) {  // eaten
    if (Keeps) failure = std::current_exception();
  }
  co_await never();
  if (failure) std::rethrow_exception(failure);
}
template <bool Keeps>
awaitable<void> ends_before() {
  net::co_spawn(co_await net::this_coro::executor, cleans_up<Keeps>(), net::detached);
  co_await pause(5ms);
}

NET_TEST(Fates, WhatACutOffHandlerStillHasItMightHaveThrown) {
  EXPECT_EQ(fates(ends_before<true>), "unjudged");
  const told t = fault_in(ends_before<false>);
  EXPECT_EQ(t.fates, "swallowed");
  EXPECT_THAT(t.lost, ElementsAre(line("// eaten")));
}

template <awaitable<void> (*Next)()>
awaitable<void> tries_again() {
  for (int i = 0;; ++i) {
    try {
      co_return co_await step();
    } catch (...) {  // eaten
      if (i == 2) throw;
    }
    co_await Next();
  }
}
awaitable<void> an_hour() { return pause(1h); }
awaitable<void> goes_its_rounds() {
  for (std::chrono::milliseconds time = 1ms;; time = 1h) {
    co_await pause(time);
    try {
      co_await step();
    } catch (...) {
    }
  }
}
awaitable<void> goes_on() {
  try {
    co_await step();
  } catch (...) {
  }
  co_await pause(1ms);
  co_await pause(1h);
}
template <awaitable<void> (*Work)()>
awaitable<void> ends_before_the_next_try() {
  net::co_spawn(co_await net::this_coro::executor, Work(), net::detached);
  co_await pause(5ms);
}

NET_TEST(Fates, WhoSleepsBeforeTheNextTryWhenTheRootEndsWouldHaveGoneOn) {
  EXPECT_EQ(fates(ends_before_the_next_try<tries_again<an_hour>>), "unjudged");
  EXPECT_EQ(fates(ends_before_the_next_try<tries_again<never>>), "swallowed");
  EXPECT_EQ(fates(ends_before_the_next_try<goes_its_rounds>, 2), "swallowed");
  EXPECT_EQ(fates(ends_before_the_next_try<goes_on>), "swallowed");
}

awaitable<void> asks_late(std::chrono::milliseconds when) {
  auto answer = net::co_spawn(co_await net::this_coro::executor, step(), net::use_future);
  co_await pause(when);
}
template <int Milliseconds>
awaitable<void> ends_before_it_asks() {
  net::co_spawn(co_await net::this_coro::executor, asks_late(Milliseconds * 1ms), net::detached);
  co_await pause(5ms);
}

NET_TEST(Fates, WhatItsCutOffSpawnerStillHasItMightHaveAskedFor) {
  EXPECT_EQ(fates(ends_before_it_asks<1000>), "unjudged");
  EXPECT_EQ(fates(ends_before_it_asks<2>), "dropped");
}

// ---- ended

NET_TEST(Fates, TheEndOfAStreamMayEndAnywhere) {
  EXPECT_EQ(fates(spawns_detached, 0, io_error::eof), "ended");
  EXPECT_EQ(fates(spawns_detached, 0, io_error::reset), "dropped");
}

awaitable<void> stops_its_child() {
  const auto timer = std::make_shared<net::steady_timer>(co_await net::this_coro::executor, 1h);
  const auto waits = [timer]() -> awaitable<void> { co_await timer->async_wait(use_awaitable); };
  net::co_spawn(co_await net::this_coro::executor, waits, net::detached);  // spawned here
  co_await pause(1ms);
  timer->cancel();
  co_await pause(1ms);
  co_await step();
}

NET_TEST(Fates, TheEndOfWhatWasCancelledMayEndAnywhere) {
  EXPECT_EQ(fates(stops_its_child, 3), "ended surfaced");
  EXPECT_EQ(fates(stops_its_child, 0), "dropped");
}

}  // namespace

namespace support {

#ifdef ASIO_VERSION
INSTANTIATE_TYPED_TEST_SUITE_P(StandaloneAsio, Handled, asio_world);
INSTANTIATE_TYPED_TEST_SUITE_P(StandaloneAsio, Terminated, asio_world);
#else
INSTANTIATE_TYPED_TEST_SUITE_P(BoostAsio, Handled, asio_world);
INSTANTIATE_TYPED_TEST_SUITE_P(BoostAsio, Terminated, asio_world);
#endif

}  // namespace support
