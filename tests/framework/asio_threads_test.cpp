// SPDX-License-Identifier: BSL-1.0
// Work that the program gives to other threads: a pool, for what blocks or takes long.
#include <poll.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "cofault/fault_free.hpp"
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
using support::usual;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// Keeps its thread's processor busy for so long, whatever else this machine does.
void work_for(std::chrono::nanoseconds time) {
  const auto used = [] {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  for (const auto end = used() + time; used() < end;) {
  }
}

// Blocks its thread, as a call to a database does.
void block_for(std::chrono::nanoseconds time) {
  const timespec t{0, static_cast<long>(time.count())};
  ::nanosleep(&t, nullptr);
}

// Runs `job` on the pool. The coroutine gets its result, or its exception.
template <class Job>
awaitable<int> offload(net::thread_pool& pool, Job job) {
  return net::async_initiate<decltype(use_awaitable), void(std::exception_ptr, int)>(
      [](auto handler, net::thread_pool* on, Job what) {
        net::post(*on, [what, h = std::move(handler)]() mutable {
          std::exception_ptr error;
          int result = 0;
          try {
            result = what();
          } catch (...) {
            error = std::current_exception();
          }
          const auto back = net::get_associated_executor(h);
          net::post(back, [h = std::move(h), error, result]() mutable { h(error, result); });
        });
      },
      use_awaitable, &pool, std::move(job));
}

int at_once() { return 7; }
int after_long_work() {
  work_for(300ms);
  return 7;
}
int after_a_long_wait() {
  block_for(300ms);
  return 7;
}

// Its own pool, made in each run.
template <int (*Job)()>
awaitable<void> asks_its_pool() {
  net::thread_pool pool(1);
  EXPECT_EQ(co_await offload(pool, Job), 7);
}

NET_TEST(Threads, WhoWaitsForAJobIsNoHang) {
  EXPECT_THAT(explore(asks_its_pool<at_once>), SurvivesEveryFault());
}
NET_TEST(Threads, HoweverLongItWorks) {
  EXPECT_THAT(explore(asks_its_pool<after_long_work>, usual().trials(1)), SurvivesEveryFault());
}
NET_TEST(Threads, OrBlocksItsThread) {
  EXPECT_THAT(explore(asks_its_pool<after_a_long_wait>, usual().trials(1)), SurvivesEveryFault());
}

awaitable<int> ask(net::thread_pool& pool, int (*job)()) { co_return co_await offload(pool, job); }

template <int (*Job)()>
awaitable<void> asks_in_time(net::thread_pool& pool) {
  net::steady_timer limit(co_await net::this_coro::executor, 5s);
  const auto first = co_await (ask(pool, Job) || limit.async_wait(use_awaitable));
  if (cofault::fault_free()) {
    EXPECT_EQ(first.index(), 0u);
  }
}

template <int (*Job)()>
awaitable<void> asks_its_pool_in_time() {
  net::thread_pool pool(1);
  co_await asks_in_time<Job>(pool);
}

NET_TEST(Threads, NoTimerFiresWhileOneWorks) {
  EXPECT_THAT(explore(asks_its_pool_in_time<after_long_work>, usual().trials(1)),
              SurvivesEveryFault());
}
NET_TEST(Threads, OrSleeps) {
  EXPECT_THAT(explore(asks_its_pool_in_time<after_a_long_wait>, usual().trials(1)),
              SurvivesEveryFault());
}

int after_a_short_call() {
  ::poll(nullptr, 0, 5);
  return 7;
}
NET_TEST(Threads, OrWaitsForWhatIsOutside) {
  EXPECT_THAT(explore(asks_its_pool_in_time<after_a_short_call>, usual().trials(1)),
              SurvivesEveryFault());
}

int after_a_wait_with_a_limit() {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, 5ms);
  return 7;
}
NET_TEST(Threads, OrForAnotherThreadForAWhile) {
  EXPECT_THAT(explore(asks_its_pool_in_time<after_a_wait_with_a_limit>, usual().trials(1)),
              SurvivesEveryFault());
}

int after_a_short_sleep() {
  block_for(50ms);
  return 7;
}
// Sleeps again and again, whatever happens.
class ticker {
 public:
  ~ticker() {
    stops_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stops_ = false;
  std::thread thread_{[this] {
    while (!stops_) block_for(10ms);
  }};
};
template <int (*Job)()>
awaitable<void> asks_beside_a_ticker() {
  const ticker beside;
  co_await asks_its_pool_in_time<Job>();
}

// Whom nobody waits for is one thing, whom somebody does another.
NET_TEST(Threads, WhoTicksIsGivenUpOnAlone) {
  const auto how = usual().in_process().trials(1);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(explore(asks_beside_a_ticker<after_a_short_sleep>, how), SurvivesEveryFault());
    EXPECT_THAT(explore(asks_its_pool<after_a_short_sleep>, how), SurvivesEveryFault());
  }
}

// What a thread hands over belongs to the step that asked for it.
awaitable<void> writes(std::string& out, std::string what, int times) {
  const auto executor = co_await net::this_coro::executor;
  for (int i = 0; i < times; ++i) {
    co_await net::post(executor, use_awaitable);
    out += what;
  }
}
awaitable<void> asks_and_writes(net::thread_pool& pool, std::string& out) {
  co_await offload(pool, [] {
    work_for(2ms);
    return 7;
  });
  out += "7";
}
awaitable<void> writes_in_order() {
  net::thread_pool pool(1);
  std::string out;
  co_await (asks_and_writes(pool, out) && writes(out, ".", 20));
  EXPECT_THAT(out.substr(0, 3), HasSubstr("7")) << out;
}

NET_TEST(Threads, HandOverAtOnce) { EXPECT_THAT(explore(writes_in_order), SurvivesEveryFault()); }

int throws() { throw std::runtime_error("of the pool"); }

awaitable<void> handles_what_the_job_throws() {
  net::thread_pool pool(1);
  std::string what;
  try {
    co_await offload(pool, throws);
  } catch (const std::runtime_error& e) {
    what = e.what();
    if (what != "of the pool") throw;
  }
  EXPECT_EQ(what, "of the pool");
}

NET_TEST(Threads, ThrowIntoTheRun) {
  EXPECT_THAT(explore(handles_what_the_job_throws, cofault::options()), SurvivesEveryFault());
}

awaitable<void> pauses() {
  net::steady_timer pause(co_await net::this_coro::executor, 5s);
  co_await pause.async_wait(use_awaitable);
}

// A forked child has no thread but the one that forked it.
NET_TEST(Threads, APoolOfTheFixtureIsNoHang) {
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
NET_TEST(Threads, WhatGoesWrongBesideThemIsFound) {
  const auto found = beside_a_pool_of_the_fixture<false>();
  ASSERT_THAT(found.findings, SizeIs(1)) << describe(found);
  EXPECT_EQ(found.findings[0].property, "every exception surfaces");
  EXPECT_THAT(found.findings[0].report, HasSubstr("// guilty"));
  EXPECT_THAT(beside_a_pool_of_the_fixture<true>(), SurvivesEveryFault());
}

// There the limit strikes, and that is all.
NET_TEST(Threads, NorIsOneBesideATimeLimit) {
  net::thread_pool pool(1);
  const auto result =
      cofault::explore([&](net::any_io_executor) { return asks_in_time<at_once>(pool); }, usual());
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_THAT(result.notes, Contains(HasSubstr("all runs were in this process")));
}

NET_TEST(Threads, WhoPausesStaysInAChild) {
  net::thread_pool pool(1);
  const auto result = explore(pauses);
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_THAT(result.notes, Not(Contains(HasSubstr("all runs were in this process"))));
}
NET_TEST(Threads, WhoNeedsNoneStaysInAChild) {
  net::thread_pool pool(1);
  const auto result = explore(asks_its_pool<at_once>);
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
NET_TEST(Threads, ALockThatOneHoldsIsTold) {
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

// Each run ends while the pool works for its world.
NET_TEST(Threads, WorkForAWorldThatIsStillThere) {
  net::thread_pool pool(1);
  const auto body = [&](net::any_io_executor executor) -> awaitable<void> {
    net::steady_timer soon(executor, 1s);
    co_await soon.async_wait(use_awaitable);
    const auto done = std::make_shared<std::atomic<bool>>(false);
    const auto never = std::make_shared<net::steady_timer>(executor, 1h);
    never->async_wait([never, last = last_of_the_world(done)](auto) {});
    net::post(pool, [done] {
      work_for(1ms);
      *done = true;
    });
  };
  EXPECT_THAT(cofault::explore(body, usual().in_process()), SurvivesEveryFault());
}

// A root that waits for ever is found beside a thread that waits for the next job.
awaitable<void> forgets_to_ask() {
  net::thread_pool pool(1);
  co_await offload(pool, at_once);
  net::steady_timer forever(co_await net::this_coro::executor,
                            net::steady_timer::time_point::max());
  co_await forever.async_wait(use_awaitable);
}

NET_TEST(Threads, BesideThemAHangIsFound) {
  const auto result = explore(forgets_to_ask, usual().trials(1));
  ASSERT_THAT(result.findings, SizeIs(1)) << describe(result);
  EXPECT_EQ(result.findings[0].property, "nothing waits for ever");
}

}  // namespace
