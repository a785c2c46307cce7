// SPDX-License-Identifier: BSL-1.0
// For each moment a program that is wrong when it is cancelled then, and its fixed twin, on tasks
// that listen to a stop token; those of an await. The others are in task_request_pairs_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <utility>

#include "../support/task_cancelling.hpp"
#include "../support/task_ticket.hpp"
#include "cofault/gtest.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace support;
using cofault::moment;
using cofault::scheduler;
using clock = std::chrono::steady_clock;

// ---- running: who rings finds nobody who waits, yet

struct desk {
  scheduler* runs_on = nullptr;
  std::coroutine_handle<> waiting;
  bool served = false, stopping = false;

  void ring() {
    if (const auto who = std::exchange(waiting, nullptr)) runs_on->post([who] { who.resume(); });
  }
  void stop() {
    stopping = true;
    ring();
  }
};

// co_await bell{desk, remembers}
struct bell {
  desk& at;
  bool remembers;
  bool await_ready() const { return remembers && (at.served || at.stopping); }
  void await_suspend(std::coroutine_handle<> who) { at.waiting = who; }
  void await_resume() {}
};

template <bool Remembers>
task<> is_served(scheduler& s, std::shared_ptr<desk> mine) {
  mine->runs_on = &s;
  s.post_after(1s, [mine] {
    mine->served = !mine->stopping;
    if (mine->served) mine->ring();
  });
  while (!mine->served && !mine->stopping) co_await bell{*mine, Remembers};  // guilty
}

TEST(TaskMomentPairs, Running) {
  const auto f = wrong_at(moment::running, stopped(is_served<false>));
  EXPECT_EQ(f.property, "nothing waits for ever");
  EXPECT_THAT(stopped(is_served<true>), cofault::SurvivesEveryFault());
}

// ---- suspended: it takes the end of the wait for a spurious one, for there is time left

template <bool Looks>
task<> waits_out(scheduler& s, std::stop_token stop) {
  if (stop.stop_requested()) co_return;
  const auto until = clock::now() + 1s;
  while (clock::now() < until) {
    try {
      co_await sleeping(s, stop, until - clock::now(), listening::only_under_way);
    } catch (...) {  // guilty
      if (Looks) throw;
    }
  }
}

TEST(TaskMomentPairs, Suspended) {
  const auto f = wrong_at(moment::suspended, cancelled(waits_out<false>));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(cancelled(waits_out<true>), cofault::SurvivesEveryFault());
}

// ---- due: whether the time is up does not tell who ended the wait

template <bool Asks>
task<> asks_twice(scheduler& s, std::stop_token stop) {
  const auto until = clock::now() + 1s;
  try {
    co_await sleeping(s, stop, 1s);
  } catch (...) {  // guilty
    if (Asks ? stop.stop_requested() : clock::now() < until) throw;
  }
  if (Asks && stop.stop_requested()) co_return;
  co_await s.sleep_for(1s);
}

TEST(TaskMomentPairs, Due) {
  // Late is the same to it: this timer takes a request until it resumes who waits.
  const auto f = wrong_at(moment::due, cancelled(asks_twice<false>), 2);
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(cancelled(asks_twice<true>), cofault::SurvivesEveryFault());
}

// ---- late: the operation has its result already, and still takes a request

template <until When>
task<> enters(scheduler& s, std::stop_token stop) {
  const ticket held(co_await entering<When>(s, stop));  // guilty
}

TEST(TaskMomentPairs, Late) {
  const auto f = wrong_at(moment::late, cancelled(enters<until::resumed>));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(cancelled(enters<until::granted>), cofault::SurvivesEveryFault());
}

// ---- resumed: it has the result, but nobody owns that yet

template <bool Owned>
task<> enters_if_it_may(scheduler& s, std::stop_token stop) {
  ticket mine;
  const std::uint32_t number = co_await entering<until::granted>(s, stop);  // guilty
  if (Owned) mine = ticket(number);
  if (stop.stop_requested()) throw operation_cancelled();
  if (!Owned) mine = ticket(number);
}

TEST(TaskMomentPairs, Resumed) {
  // Late is the same to it.
  wrong_at(moment::late, cancelled(enters_if_it_may<false>), 2);
  const auto f =
      wrong_at(moment::resumed, cancelled(enters_if_it_may<false>, cancelling({moment::resumed})));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(cancelled(enters_if_it_may<true>), cofault::SurvivesEveryFault());
}

// ---- resumed: the next operation does not see it

template <listening How>
task<> naps(scheduler& s, std::stop_token stop) {
  co_await sleeping(s, stop, 1s, How);
  co_await sleeping(s, stop, 1s, How);  // guilty
}

TEST(TaskMomentPairs, BetweenTwoAwaitsItIsLost) {
  const auto f = wrong_at(
      moment::resumed,
      cancelled(naps<listening::only_under_way>, cancelling({moment::suspended, moment::resumed})));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.explanation, testing::HasSubstr("between two awaits is lost"));
  EXPECT_THAT(cancelled(naps<listening::posted>), cofault::SurvivesEveryFault());
}

}  // namespace
