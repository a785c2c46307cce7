// SPDX-License-Identifier: BSL-1.0
// A program that waits for ever, or never stops, and its fixed twin.
#include "cofault/property/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <limits>
#include <memory>

#include "../support/exploring.hpp"
#include "../support/library_code.hpp"
#include "../support/task.hpp"
#include "cofault/property/livelock.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/site.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using support::about;
using support::task;
using testing::HasSubstr;

options moving() {
  return options()
      .judge(properties::progress(), properties::livelock())
      .visits(100)
      .search(search::exhaustive(1));
}

// Set once; wakes the one coroutine that waits for it.
struct signal {
  bool is_set = false;
  std::coroutine_handle<> waiting;
  bool await_ready() const { return is_set; }
  void await_suspend(std::coroutine_handle<> h) { waiting = h; }
  void await_resume() {}
  void set(scheduler& s) {
    is_set = true;
    if (waiting) s.post([h = waiting] { h.resume(); });
  }
};

task<> produce(scheduler& s, signal& done, bool always) {
  try {
    co_await s.sleep_for(1s);
    done.set(s);
  } catch (const injected_error&) {
    if (always) done.set(s);
  }
}

constexpr unsigned wait_line = __LINE__ + 1;
task<> wait_for(signal& done) { co_await done; }

task<> handshake(scheduler& s, bool always) {
  signal done;
  auto producer = produce(s, done, always);
  producer.start();
  try {
    co_await wait_for(done);
  } catch (const injected_error&) {
  }
}

TEST(Progress, NamesWhoWaitsForEver) {
  const auto result = explore([](scheduler& s) { return handshake(s, false); }, moving());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  const finding& f = result.findings[0];
  EXPECT_EQ(f.property, properties::progress().name());
  EXPECT_EQ(f.smallest, parse_plan("progress_test.cpp:produce+0=throw:failed"));
  EXPECT_THAT(f.explanation,
              HasSubstr("wait_for() waits at progress_test.cpp:" + std::to_string(wait_line)));
  EXPECT_EQ(sites::site(f.site).line, wait_line);
}

// The root is the test's own code, a library's for example.
constexpr unsigned client_line = __LINE__ + 1;
task<> wait_for_clients(signal& client) { co_await client; }
struct server {
  signal client;
  task<> waits = wait_for_clients(client);
};

TEST(Progress, NamesWhoWaitsBesideATestThatWaitsForEver) {
  std::unique_ptr<server> of_this_run;
  const auto result = explore(
      [&](scheduler&) {
        of_this_run = std::make_unique<server>();
        of_this_run->waits.start();
        return support::library_that_waits_for_ever();
      },
      moving().in_process());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_TRUE(result.findings[0].smallest.empty());
  EXPECT_EQ(sites::site(result.findings[0].site).line, client_line);
  EXPECT_THAT(result.findings[0].explanation, HasSubstr("outside of user code"));
}

task<> wait_for_producer(scheduler& s, bool always) { co_await handshake(s, always); }

TEST(Progress, NamesWhoATestWaitsFor) {
  const auto result = explore(
      [](scheduler& s) { return support::library_that_leases(wait_for_producer(s, false)); },
      moving());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(sites::site(result.findings[0].site).line, wait_line);
  EXPECT_THAT(result.findings[0].explanation, testing::Not(HasSubstr("outside of user code")));
}

TEST(Progress, IsSilentWhereTheSignalAlwaysComes) {
  const auto result = explore([](scheduler& s) { return handshake(s, true); }, moving());
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.trials, 2u);
}

TEST(Progress, BlamesTheDefaultRunWithoutAFault) {
  const auto body = [](scheduler&) -> task<> {
    signal never;
    co_await never;
  };
  const auto result = explore(body, moving());
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_TRUE(result.findings[0].smallest.empty());
}

task<> retry(scheduler& s, int limit, std::chrono::nanoseconds pause) {
  for (int i = 0; i < limit; ++i) {
    bool failed = false;
    try {
      co_await s.yield();
    } catch (const injected_error&) {
      failed = true;
    }
    if (!failed) co_return;
    if (pause > 0ns) co_await s.sleep_for(pause);
  }
}

TEST(Livelock, IsALoopThatComesBackWhileTheClockStandsStill) {
  const auto result = explore([](scheduler& s) { return retry(s, 1'000'000, 0ns); }, moving());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, properties::livelock().name());
  EXPECT_THAT(encode(result.findings[0].smallest), HasSubstr("retry+0=throw:failed*"));
  EXPECT_THAT(result.findings[0].explanation, HasSubstr("101 times"));
  EXPECT_TRUE(about(result, properties::progress().name()).empty()) << "reported once";
}

TEST(Livelock, IsNoneWithALimit) {
  const auto result = explore([](scheduler& s) { return retry(s, 3, 0ns); }, moving());
  EXPECT_TRUE(result.clean()) << describe(result);
}

TEST(Livelock, IsNoneWithinTheBudget) {
  EXPECT_TRUE(explore([](scheduler& s) { return retry(s, 100, 0ns); }, moving()).clean());
  EXPECT_FALSE(explore([](scheduler& s) { return retry(s, 101, 0ns); }, moving()).clean());
}

// Each try is a coroutine of its own, two levels down.
task<> attempt(scheduler& s) { co_await s.yield(); }
task<> connect(scheduler& s) { co_await attempt(s); }

constexpr unsigned catch_line = __LINE__ + 6;
task<> retry_anew(scheduler& s, int tries, std::chrono::nanoseconds pause, int growth) {
  for (int i = 0; i < tries; ++i) {
    try {
      co_await connect(s);
      co_return;
    } catch (const injected_error&) {
    }
    if (pause > 0ns) co_await s.sleep_for(pause);
    pause *= growth;
  }
}

constexpr int for_ever = std::numeric_limits<int>::max();

TEST(Livelock, IsFoundWhereEachTryIsANewCoroutine) {
  const auto result =
      explore([](scheduler& s) { return retry_anew(s, for_ever, 0ns, 1); }, moving());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  const finding& f = result.findings[0];
  EXPECT_EQ(f.property, properties::livelock().name());
  EXPECT_EQ(encode(f.smallest), "progress_test.cpp:attempt+0=throw:failed*");
  EXPECT_EQ(sites::site(f.site).line, catch_line) << "the loop spins, and not what it calls";
  EXPECT_THAT(f.explanation, HasSubstr("101 times"));
  EXPECT_THAT(f.report, HasSubstr("and so each time it is tried again"));
}

// One handler keeps both awaits going.
constexpr unsigned handler_line = __LINE__ + 7;
task<> retry_both(scheduler& s) {
  for (;;) {
    try {
      co_await s.yield();
      co_await s.yield();
      co_return;
    } catch (const injected_error&) {
    }
  }
}

TEST(Livelock, IsOneFindingForEachHandler) {
  const auto result = explore(retry_both, moving());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(sites::site(result.findings[0].site).line, handler_line);
  EXPECT_EQ(result.findings[0].more, 1u);
}

constexpr unsigned second_handler_line = __LINE__ + 13;
task<> retry_one_after_the_other(scheduler& s) {
  for (bool done = false; !done;) {
    try {
      co_await s.yield();
      done = true;
    } catch (const injected_error&) {
    }
  }
  for (bool done = false; !done;) {
    try {
      co_await s.yield();
      done = true;
    } catch (const injected_error&) {
    }
  }
}

TEST(Livelock, IsAnotherFindingForAnotherHandler) {
  const auto result = explore(retry_one_after_the_other, moving());
  ASSERT_EQ(result.findings.size(), 2u) << describe(result);
  EXPECT_EQ(sites::site(result.findings[1].site).line, second_handler_line);
}

// Has handled something once, but what it spins for is no exception.
constexpr unsigned poll_line = __LINE__ + 8;
task<> polls_without_end(scheduler& s) {
  bool failed = false;
  try {
    co_await s.yield();
  } catch (const injected_error&) {
    failed = true;
  }
  while (failed) co_await s.yield();
}

TEST(Livelock, IsBlamedOnTheAwaitWhereNoHandlerKeepsItGoing) {
  const auto result = explore(polls_without_end, moving());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(sites::site(result.findings[0].site).line, poll_line);
  EXPECT_THAT(result.findings[0].explanation, testing::Not(HasSubstr("handler")));
}

TEST(Livelock, IsNoneWhereNewCoroutinesAreTriedToALimit) {
  const auto result = explore([](scheduler& s) { return retry_anew(s, 3, 0ns, 1); }, moving());
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_EQ(result.trials, 3u) << "once, twice, and each time";
}

TEST(Livelock, IsNoneWhereDelaysGrowToALimit) {
  const auto result = explore([](scheduler& s) { return retry_anew(s, 20, 1ms, 2); }, moving());
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_THAT(result.notes, testing::Each(testing::Not(HasSubstr("undecided"))));
}

TEST(Livelock, AnEndlessLoopWithDelaysIsANote) {
  const auto result =
      explore([](scheduler& s) { return retry_anew(s, for_ever, 1s, 1); }, moving());
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_THAT(result.notes,
              testing::Contains(HasSubstr("1 run was stopped after 1000 retries with a delay")));
  EXPECT_THAT(result.notes, testing::Each(testing::Not(HasSubstr("await points, undecided"))));
}

TEST(Livelock, IsNoneWhereTimePassesBetween) {
  const auto result = explore([](scheduler& s) { return retry(s, 200, 1ms); }, moving());
  EXPECT_TRUE(about(result, properties::livelock().name()).empty()) << describe(result);
}

}  // namespace
