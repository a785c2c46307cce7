// SPDX-License-Identifier: BSL-1.0
// A day with ten thousand timers; and the scheduler driven by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "cofault/runtime.hpp"

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using cofault::scheduler;
using cofault::virtual_clock;
using testing::ElementsAre;

constexpr int timers = 10'000;
constexpr std::chrono::nanoseconds day = 24h;

// Delays within a day, the same each time: some neighbours a nanosecond apart, a tenth of them
// ties.
std::vector<std::chrono::nanoseconds> delays() {
  std::vector<std::chrono::nanoseconds> out;
  std::uint64_t x = 1;
  for (int i = 0; i < timers; ++i) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    std::chrono::nanoseconds d(
        static_cast<std::int64_t>((x >> 11) % static_cast<std::uint64_t>(day.count())));
    if (i % 10 == 1) d = out.back();
    if (i % 10 == 2) d = out.back() + 1ns;
    out.push_back(d);
  }
  return out;
}

struct fired {
  cofault::virtual_time at;
  int timer;
  friend auto operator<=>(const fired&, const fired&) = default;
};

// Due time first, and of those due together the one that was set first.
std::vector<fired> expected(const std::vector<std::chrono::nanoseconds>& all) {
  std::vector<fired> out;
  for (int i = 0; i < timers; ++i) out.push_back({all[static_cast<std::size_t>(i)].count(), i});
  std::sort(out.begin(), out.end());
  return out;
}

TEST(VirtualTime, ADayOfTimersInOrder) {
  const auto all = delays();
  std::vector<fired> got;
  run([](const auto& ds, std::vector<fired>& out) -> task<> {
    const auto sleeps = [](std::chrono::nanoseconds d, int i, std::vector<fired>& o) -> task<> {
      co_await sleep_for(d);
      o.push_back({virtual_clock::now(), i});
    };
    std::vector<task<>> tasks;
    for (int i = 0; i < timers; ++i)
      tasks.push_back(sleeps(ds[static_cast<std::size_t>(i)], i, out));
    co_await gather(std::move(tasks));
  }(all, got));
  EXPECT_TRUE(got == expected(all));
}

class ThousandTimes : public testing::TestWithParam<int> {};  // in parts, for slow builds

TEST_P(ThousandTimes, TheSameTrace) {
  const auto all = delays();
  const auto want = expected(all);
  std::vector<fired> got;
  got.reserve(timers);
  for (int repetition = 0; repetition < 250; ++repetition) {
    got.clear();
    scheduler s;
    for (int i = 0; i < timers; ++i)
      s.post_after(all[static_cast<std::size_t>(i)], [&got, i] {
        got.push_back({virtual_clock::now(), i});
      });
    s.advance(day);
    ASSERT_TRUE(got == want) << "in repetition " << repetition;
  }
}

INSTANTIATE_TEST_SUITE_P(VirtualTime, ThousandTimes, testing::Range(0, 4));

TEST(VirtualTime, ByHandFromTimerToTimer) {
  scheduler s;
  std::vector<cofault::virtual_time> at;
  for (const auto d : {3s, 1s, 2s}) s.post_after(d, [&] { at.push_back(virtual_clock::now()); });
  EXPECT_FALSE(s.step()) << "nothing is ready";
  s.advance(1s - 1ns);
  EXPECT_TRUE(at.empty());
  s.advance(1ns);
  EXPECT_THAT(at, ElementsAre(1'000'000'000));
  s.advance(10s);
  EXPECT_THAT(at, ElementsAre(1'000'000'000, 2'000'000'000, 3'000'000'000));
  EXPECT_EQ(virtual_clock::now(), 11'000'000'000);
}

TEST(VirtualTime, StepRunsOnePieceOfWork) {
  scheduler s;
  int ran = 0;
  for (int i = 0; i < 3; ++i) s.post([&] { ++ran; });
  EXPECT_TRUE(s.step());
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(s.run_until_idle(), 2u);
  EXPECT_FALSE(s.step());
}

TEST(VirtualTime, WorkCanBeForgotten) {
  scheduler s;
  int ran = 0;
  const auto ready = s.post([&] { ++ran; });
  const auto later = s.post_after(1s, [&] { ++ran; });
  const auto done = s.post([&] { ran += 10; });
  EXPECT_TRUE(s.forget(ready));
  EXPECT_FALSE(s.forget(ready));
  EXPECT_TRUE(s.forget(later));
  s.advance(2s);
  EXPECT_EQ(ran, 10);
  EXPECT_FALSE(s.forget(done)) << "it has run";
  EXPECT_FALSE(s.forget({}));
}

TEST(VirtualTime, ACancelledSleepHoldsUpNoClock) {
  scheduler s;
  const handle<> h = spawn(s, []() -> task<> { co_await sleep_for(1h); }());
  s.run_until_idle();
  EXPECT_TRUE(s.next_deadline().has_value());
  h.cancel();
  s.run_until_idle();
  EXPECT_TRUE(h.cancelled());
  EXPECT_FALSE(s.next_deadline().has_value());
}

TEST(VirtualTime, TheSchedulersOwnSleepKnowsTheTask) {
  scheduler s;
  bool cancelled_later = false;
  const handle<> h = spawn(s, [](scheduler& t, bool& c) -> task<> {
    co_await t.sleep_for(1s);
    try {
      co_await sleep_for(1h);
    } catch (const cancelled&) {
      c = true;
      throw;
    }
  }(s, cancelled_later));
  s.run_until_idle();
  EXPECT_TRUE(h.cancel()) << "it knows of no cancellation, but the next await does";
  s.advance(1s);
  EXPECT_TRUE(cancelled_later);
  EXPECT_TRUE(h.cancelled());
}

}  // namespace
