// SPDX-License-Identifier: BSL-1.0
// Tasks, spawn and handles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cofault/runtime.hpp"

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using testing::ElementsAre;

using log = std::vector<std::string>;

task<int> answer() { co_return 42; }
task<> fails() {
  co_await yield();
  throw std::runtime_error("no route");
}

TEST(Task, GivesItsResult) { EXPECT_EQ(run(answer()), 42); }

TEST(Task, GivesWhatCanOnlyBeMoved) {
  const auto make = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  EXPECT_EQ(*run(make()), 7);
}

TEST(Task, ThrowsWhatItFailedWith) { EXPECT_THROW(run(fails()), std::runtime_error); }

TEST(Task, DoesNotStartBeforeItIsAwaited) {
  log l;
  const auto child = [](log& out) -> task<> {
    out.push_back("child");
    co_return;
  };
  run([&](log& out) -> task<> {
    task<> made = child(out);
    out.push_back("made");
    co_await made;
    out.push_back("awaited");
  }(l));
  EXPECT_THAT(l, ElementsAre("made", "child", "awaited"));
}

// Who completes is a callback of somebody else's, which knows of no task.
struct completed_by_a_callback {
  cofault::scheduler& where;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    where.post_after(1s, std::function<void()>([waiting] { waiting.resume(); }));
  }
  int await_resume() { return 7; }
};
task<int> callback() { co_return co_await completed_by_a_callback{*cofault::scheduler::current()}; }
task<int> callbacks(log& l) {
  int sum = co_await callback();
  l.push_back("between");
  co_await sleep_for(1s);
  sum += co_await callback();
  throw std::runtime_error(std::to_string(sum));
}
TEST(Task, GoesOnWhereSomethingElseHasResumedIt) {
  EXPECT_EQ(run(callback()), 7);
  log l;
  EXPECT_THROW(run(callbacks(l)), std::runtime_error);
  EXPECT_THAT(l, ElementsAre("between"));
}

TEST(Task, AMillionAwaitsDeepInTimeUseNoStack) {
  const auto many = []() -> task<int> {
    int sum = 0;
    for (int i = 0; i < 100'000; ++i) sum += co_await answer() - 41;
    co_return sum;
  };
  EXPECT_EQ(run(many()), 100'000);
}

TEST(Spawn, RunsBesideWhoSpawnedIt) {
  log l;
  const auto child = [](log& out, std::string name) -> task<> {
    out.push_back(name + " 1");
    co_await yield();
    out.push_back(name + " 2");
  };
  run([&](log& out) -> task<> {
    const auto a = spawn(child(out, "a"));
    const auto b = spawn(child(out, "b"));
    out.push_back("spawned");
    co_await a;
    co_await b;
  }(l));
  EXPECT_THAT(l, ElementsAre("spawned", "a 1", "b 1", "a 2", "b 2"));
}

TEST(Spawn, OfATaskThatReturnsAtOnceTakesOneStep) {
  run([]() -> task<> {
    const handle<int> h = spawn(answer());
    EXPECT_FALSE(h.done());
    co_await yield();
    EXPECT_TRUE(h.done());
    EXPECT_EQ(h.result(), 42);
    EXPECT_EQ(co_await h, 42);
    EXPECT_EQ(co_await h, 42);
  }());
}

TEST(Spawn, KeepsTheChildAliveWithoutAHandle) {
  bool done = false;
  run([](bool& d) -> task<> {
    spawn([](bool& set) -> task<> {
      co_await sleep_for(1s);
      set = true;
    }(d));
    co_await sleep_for(2s);
  }(done));
  EXPECT_TRUE(done);
}

TEST(Handle, ExceptionNeverThrowsAndResultDoes) {
  run([]() -> task<> {
    const handle<> h = spawn(fails());
    EXPECT_EQ(h.exception(), nullptr);
    EXPECT_THROW(h.result(), invalid_state);
    while (!h.done()) co_await yield();
    EXPECT_FALSE(h.looked_at());
    EXPECT_NE(h.exception(), nullptr);
    EXPECT_TRUE(h.looked_at());
    EXPECT_THROW(h.result(), std::runtime_error);
    EXPECT_FALSE(h.cancelled());
    const handle<int> good = spawn(answer());
    co_await good;
    EXPECT_EQ(good.exception(), nullptr);
  }());
}

TEST(Handle, CancelledIsKnownAsSuch) {
  run([]() -> task<> {
    const handle<> h = spawn([]() -> task<> { co_await sleep_for(1h); }());
    co_await yield();
    EXPECT_TRUE(h.cancel());
    EXPECT_FALSE(h.done());
    bool caught = false;
    try {
      co_await h;
    } catch (const cancelled&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
    EXPECT_TRUE(h.done());
    EXPECT_TRUE(h.cancelled());
    EXPECT_NE(h.exception(), nullptr);
    EXPECT_THROW(h.result(), cancelled);
    EXPECT_FALSE(h.cancel()) << "it is done";
  }());
  EXPECT_EQ(cofault::virtual_clock::now(), 0) << "nobody slept an hour";
}

TEST(Cancel, ASecondOneDuringTheCleanUpIsDelivered) {
  log l;
  run([](log& out) -> task<> {
    const auto stubborn = [](log& o) -> task<> {
      for (const char* name : {"first", "second"}) {
        try {
          co_await sleep_for(1h);
        } catch (const cancelled&) {
          o.push_back(name);
        }
      }
      o.push_back("returned");
    };
    const handle<> h = spawn(stubborn(out));
    co_await yield();
    h.cancel();
    co_await yield();
    EXPECT_FALSE(h.done()) << "it cleans up";
    h.cancel();
    co_await h;
    EXPECT_FALSE(h.cancelled()) << "it returned";
  }(l));
  EXPECT_THAT(l, ElementsAre("first", "second", "returned"));
}

TEST(Cancel, OfARunningTaskComesAtItsNextAwaitThatSuspends) {
  run([]() -> task<> {
    std::optional<handle<>> self;
    bool behind = false;
    self = spawn([](std::optional<handle<>>& me, bool& b) -> task<> {
      EXPECT_TRUE(me->cancel());
      co_await answer();  // runs through
      b = true;
      co_await yield();
      ADD_FAILURE() << "it was cancelled";
    }(self, behind));
    co_await sleep_for(1s);
    EXPECT_TRUE(behind);
    EXPECT_TRUE(self->cancelled());
  }());
}

TEST(Cancel, OfWhoAwaitsAHandleGoesToTheTask) {
  run([]() -> task<> {
    const auto swallows = []() -> task<int> {
      try {
        co_await sleep_for(1h);
      } catch (const cancelled&) {
      }
      co_return 3;
    };
    const handle<int> inner = spawn(swallows());
    const handle<int> outer =
        spawn([](handle<int> h) -> task<int> { co_return co_await h; }(inner));
    co_await yield();
    co_await yield();
    outer.cancel();
    EXPECT_EQ(co_await outer, 3) << "the inner task decides";
    EXPECT_EQ(cofault::virtual_clock::now(), 0);
  }());
}

TEST(Handle, OfAResultThatCanOnlyBeMoved) {
  run([]() -> task<> {
    const auto h =
        spawn([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); }());
    EXPECT_EQ(*co_await h, 7);
  }());
}

TEST(Sleep, MovesTheClockExactly) {
  const auto times = run([]() -> task<std::vector<cofault::virtual_time>> {
    std::vector<cofault::virtual_time> out;
    co_await sleep_for(1s);
    out.push_back(cofault::virtual_clock::now());
    co_await sleep_until(std::chrono::steady_clock::now() + 3ns);
    out.push_back(cofault::virtual_clock::now());
    co_await sleep_until(std::chrono::system_clock::now() + 1ms);
    out.push_back(cofault::virtual_clock::now());
    co_await sleep_until(std::chrono::steady_clock::now() - 1h);
    out.push_back(cofault::virtual_clock::now());
    co_return out;
  }());
  EXPECT_THAT(times, ElementsAre(1'000'000'000, 1'000'000'003, 1'001'000'003, 1'001'000'003));
}

// A cancellation that comes at any step is delivered at the next await, also if who is asked to
// pass it on has none any more.
template <class Join>
void cancel_at_every_step(Join join) {
  for (int before = 1;; ++before) {
    int went_on = 0;
    const auto parent = [](Join join, int& went_on) -> task<> {
      co_await join();
      for (int i = 0; i < 3; ++i) {
        co_await yield();
        ++went_on;
      }
    };
    cofault::scheduler s;
    const handle<> h = spawn(s, parent(join, went_on));
    for (int i = 0; i < before; ++i) s.step();
    if (h.done()) break;
    const int by_then = went_on;
    h.cancel();
    s.run_until_idle();
    EXPECT_LE(went_on, by_then + 1) << "cancelled behind step " << before;
    EXPECT_TRUE(h.cancelled() || by_then + 1 >= 3) << "cancelled behind step " << before;
  }
}

// Its last await takes place: there is nothing left at which it could be cancelled.
task<> waits_for(std::shared_ptr<event> e) { co_await e->wait(); }
task<> sets(std::shared_ptr<event> e) {
  co_await yield();
  e->set();
}

TEST(Handle, PassesOnACancellationOrHasItItself) {
  cancel_at_every_step([]() -> task<> {
    const auto e = std::make_shared<event>();
    const handle<> setting = spawn(sets(e)), child = spawn(waits_for(e));
    co_await child;
  });
}

TEST(Gather, PassesOnACancellationOrHasItItself) {
  cancel_at_every_step([]() -> task<> {
    const auto e = std::make_shared<event>();
    const handle<> setting = spawn(sets(e));
    co_await gather(waits_for(e), waits_for(e));
  });
}

}  // namespace
