// SPDX-License-Identifier: BSL-1.0
// Work that the program gives to other threads: a pool, for what blocks or takes long.
#include <poll.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "net.hpp"
#include "support/asio_pool.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::ask;
using support::asks_in_time;
using support::at_once;
using support::block_for;
using support::explore;
using support::offload;
using support::usual;
using support::work_for;
using testing::HasSubstr;
using testing::SizeIs;

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
