// SPDX-License-Identifier: BSL-1.0
// Threads that are older than the process in which the runs would be: a fork copies none of them.
#include <atomic>
#include <chrono>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "cofault/inject/cancel.hpp"
#include "net.hpp"
#include "support/asio_pool.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::asks_in_time;
using support::at_once;
using support::explore;
using support::offload;
using support::usual;
using support::work_for;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

awaitable<void> pauses() {
  net::steady_timer pause(co_await net::this_coro::executor, 5s);
  co_await pause.async_wait(use_awaitable);
}

// A forked child has no thread but the one that forked it.
NET_TEST(OlderThreads, APoolOfTheFixtureIsNoHang) {
  net::thread_pool pool(1);
  const auto result = cofault::explore(
      [&](net::any_io_executor) -> awaitable<void> {
        EXPECT_EQ(co_await offload(pool, at_once), 7);
      },
      usual());
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_THAT(result.notes, Contains(HasSubstr("all runs were in this process")));
}

template <bool Tells>
awaitable<void> asks_for_nothing(net::thread_pool& pool) {
  try {
    co_await offload(pool, at_once);
  } catch (const std::exception& e) {  // guilty
    if (Tells) std::cerr << e.what() << '\n';
  }
  co_await pauses();
}
template <bool Tells>
cofault::exploration beside_a_pool_of_the_fixture() {
  net::thread_pool pool(1);
  return cofault::explore([&](net::any_io_executor) { return asks_for_nothing<Tells>(pool); });
}
NET_TEST(OlderThreads, WhatGoesWrongBesideThemIsFound) {
  const auto found = beside_a_pool_of_the_fixture<false>();
  ASSERT_THAT(found.findings, SizeIs(1)) << describe(found);
  EXPECT_EQ(found.findings[0].property, "every exception surfaces");
  EXPECT_THAT(found.findings[0].report, HasSubstr("// guilty"));
  EXPECT_THAT(beside_a_pool_of_the_fixture<true>(), SurvivesEveryFault());
}

// There the limit strikes, and that is all.
NET_TEST(OlderThreads, NorIsOneBesideATimeLimit) {
  net::thread_pool pool(1);
  const auto result =
      cofault::explore([&](net::any_io_executor) { return asks_in_time<at_once>(pool); }, usual());
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_THAT(result.notes, Contains(HasSubstr("all runs were in this process")));
}

NET_TEST(OlderThreads, WhoPausesStaysInAChild) {
  net::thread_pool pool(1);
  const auto result = explore(pauses);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("all runs were in this process"))));
}
awaitable<void> asks_its_pool() {
  net::thread_pool pool(1);
  EXPECT_EQ(co_await offload(pool, at_once), 7);
}
NET_TEST(OlderThreads, WhoNeedsNoneStaysInAChild) {
  net::thread_pool pool(1);
  const auto result = explore(asks_its_pool);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("all runs were in this process"))));
}

// In a queue of the world, and gone with it.
struct last_of_the_world {
  std::shared_ptr<std::atomic<bool>> done;
  ~last_of_the_world() {
    if (done) {
      EXPECT_TRUE(*done);
    }
  }
  explicit last_of_the_world(std::shared_ptr<std::atomic<bool>> d) : done(std::move(d)) {}
  last_of_the_world(last_of_the_world&&) = default;
};

// What a thread of this process holds, nobody gives back in a child.
NET_TEST(OlderThreads, ALockThatOneHoldsIsTold) {
  std::mutex mutex;
  std::promise<void> held, done;
  std::thread holder([&] {
    const std::lock_guard lock(mutex);
    held.set_value();
    done.get_future().wait();
  });
  held.get_future().wait();
  const auto result = cofault::explore(
      [&](net::any_io_executor) -> awaitable<void> {
        const std::lock_guard lock(mutex);
        co_await pauses();
      },
      usual().watchdog(50ms));
  done.set_value();
  holder.join();
  EXPECT_THAT(result.findings, SizeIs(0));
  EXPECT_THAT(result.error, HasSubstr("has none of the other threads of this process"));
}

// The runtime is stopped while the pool works for its world.
NET_TEST(OlderThreads, WorkForAWorldThatIsStillThere) {
  net::thread_pool pool(1);
  const auto body = [&](net::any_io_executor executor) -> awaitable<void> {
    const auto done = std::make_shared<std::atomic<bool>>(false);
    const auto never = std::make_shared<net::steady_timer>(executor, 1h);
    never->async_wait([never, last = last_of_the_world(done)](auto) {});
    net::post(pool, [done] {
      work_for(1ms);
      *done = true;
    });
    co_await pauses();
  };
  const auto how = usual().inject(cofault::inject::stop()).in_process();
  EXPECT_THAT(cofault::explore(body, how), SurvivesEveryFault());
}

}  // namespace
