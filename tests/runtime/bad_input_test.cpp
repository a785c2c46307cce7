// SPDX-License-Identifier: BSL-1.0
// What the runtime does with what makes no sense.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "cofault/gtest.hpp"
#include "cofault/runtime.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using cofault::scheduler;
using cofault::virtual_clock;
using testing::HasSubstr;

task<> step() { co_await yield(); }
task<int> answer() { co_return 42; }

template <class E>
std::string text_of(const std::function<void()>& does) {
  try {
    does();
  } catch (const E& e) {
    return e.what();
  }
  return "nothing of that type was thrown";
}

// ---- durations

TEST(RuntimeBadInput, NegativeDurationsAreDueAtOnce) {
  run([]() -> task<> {
    co_await sleep_for(-1h);
    co_await sleep_for(std::chrono::nanoseconds::min());
    co_await sleep_for(std::chrono::hours::min());
    co_await sleep_for(std::chrono::duration<double>(-std::numeric_limits<double>::infinity()));
    co_await sleep_until(std::chrono::steady_clock::time_point::min());
    EXPECT_EQ(virtual_clock::now(), 0);
  }());
}

TEST(RuntimeBadInput, DurationsThatDoNotFitNeverEnd) {
  run([]() -> task<> {
    const std::vector all{
        spawn([]() -> task<> { co_await sleep_for(std::chrono::hours::max()); }()),
        spawn([]() -> task<> { co_await sleep_for(std::chrono::duration<double>(1e300)); }()),
        spawn([]() -> task<> {
          co_await sleep_until(std::chrono::steady_clock::time_point::max());
        }())};
    co_await sleep_for(std::chrono::hours(24 * 365 * 90));
    for (const handle<>& h : all) {
      EXPECT_FALSE(h.done());
      h.cancel();
    }
    EXPECT_EQ(co_await timeout(std::chrono::hours::max(), answer()), 42);
  }());
}

TEST(RuntimeBadInput, ADurationThatIsNoNumberIsRefused) {
  const auto nan = std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(text_of<std::invalid_argument>([&] { static_cast<void>(sleep_for(nan)); }),
              HasSubstr("not a number"));
}

TEST(RuntimeBadInput, TimeDoesNotGoBack) {
  scheduler s;
  EXPECT_THAT(text_of<std::invalid_argument>([&] { s.advance(-1ns); }), HasSubstr("negative"));
  s.advance(std::chrono::nanoseconds::max());
  EXPECT_EQ(virtual_clock::now(), std::numeric_limits<cofault::virtual_time>::max());
  s.advance(1h);
  EXPECT_EQ(virtual_clock::now(), std::numeric_limits<cofault::virtual_time>::max());
}

// ---- tasks

TEST(RuntimeBadInput, AwaitingATaskTwice) {
  run([]() -> task<> {
    task<int> once = answer();
    EXPECT_EQ(co_await once, 42);
    std::string text;
    try {
      co_await once;
    } catch (const invalid_state& e) {
      text = e.what();
    }
    EXPECT_THAT(text, HasSubstr("awaited twice"));
    EXPECT_THAT(text_of<invalid_state>([&] { spawn(std::move(once)); }),
                HasSubstr("awaited or spawned"));
  }());
}

TEST(RuntimeBadInput, AResultAskedTooEarly) {
  run([]() -> task<> {
    const handle<> h = spawn(step());
    EXPECT_THAT(text_of<invalid_state>([&] { h.result(); }), HasSubstr("step() is still running"));
    EXPECT_EQ(h.exception(), nullptr);
    co_await h;
    EXPECT_NO_THROW(h.result());
  }());
}

TEST(RuntimeBadInput, CancellingAFinishedTaskDoesNothing) {
  run([]() -> task<> {
    const handle<int> h = spawn(answer());
    co_await h;
    EXPECT_FALSE(h.cancel());
    EXPECT_FALSE(h.cancelled());
    EXPECT_EQ(h.result(), 42);
  }());
}

TEST(RuntimeBadInput, CancellingBeforeTheFirstStepRunsNothing) {
  run([]() -> task<> {
    bool ran = false;
    const handle<> h = spawn([](bool& r) -> task<> {
      r = true;
      co_return;
    }(ran));
    EXPECT_TRUE(h.cancel());
    EXPECT_TRUE(h.cancel()) << "it is not done yet";
    co_await yield();
    EXPECT_TRUE(h.cancelled());
    EXPECT_FALSE(ran);
  }());
}

TEST(RuntimeBadInput, ATaskThatAwaitsItself) {
  run([]() -> task<> {
    std::unique_ptr<handle<>> self;
    const auto awaits_itself = [](std::unique_ptr<handle<>>& me) -> task<> { co_await *me; };
    self = std::make_unique<handle<>>(spawn(awaits_itself(self)));
    const std::vector one{*self};
    co_await wait(one);
    EXPECT_THAT(text_of<invalid_state>([&] { self->result(); }),
                HasSubstr("awaits its own handle"));
  }());
}

TEST(RuntimeBadInput, ARingOfTasksCanBeCancelled) {
  run([]() -> task<> {
    std::vector<handle<>> ring;
    const auto awaits = [](std::vector<handle<>>& all, std::size_t i) -> task<> {
      co_await all[i];
    };
    ring.push_back(spawn(awaits(ring, 1)));
    ring.push_back(spawn(awaits(ring, 0)));
    co_await sleep_for(1s);
    EXPECT_TRUE(ring[0].cancel());
    co_await wait(ring);
    EXPECT_TRUE(ring[0].cancelled() && ring[1].cancelled());
  }());
}

TEST(RuntimeBadInput, AChannelWithoutRoom) {
  EXPECT_THAT(text_of<std::invalid_argument>([] { channel<int> none(0); }),
              HasSubstr("capacity 0"));
}

// ---- schedulers

TEST(RuntimeBadInput, WithoutAScheduler) {
  EXPECT_THAT(text_of<invalid_state>([] { spawn(step()); }),
              HasSubstr("spawn() was called where no scheduler runs"));
}

TEST(RuntimeBadInput, ADebugModeThatIsNeitherOnNorOff) {
  ::setenv("COFAULT_RUNTIME_DEBUG", "on", 1);
  EXPECT_THAT(text_of<std::invalid_argument>([] { run_options(); }),
              HasSubstr("COFAULT_RUNTIME_DEBUG is 'on'"));
  ::setenv("COFAULT_RUNTIME_DEBUG", "0", 1);
  EXPECT_FALSE(run_options().debug);
  ::setenv("COFAULT_RUNTIME_DEBUG", "1", 1);
  EXPECT_TRUE(run_options().debug);
  ::unsetenv("COFAULT_RUNTIME_DEBUG");
}

TEST(RuntimeBadInput, RunInsideOfRun) {
  run([]() -> task<> {
    EXPECT_THAT(text_of<invalid_state>([] { run(answer()); }), HasSubstr("runs already"));
    co_await yield();
  }());
}

TEST(RuntimeBadInput, RunInsideOfExplore) {
  static std::string text;
  const auto body = []() -> task<> {
    text = text_of<invalid_state>([] { run(answer()); });
    co_await yield();
  };
  static_cast<void>(cofault::explore(body, cofault::options().in_process()));
  EXPECT_THAT(text, HasSubstr("in the code that is explored"));
}

TEST(RuntimeBadInput, ASchedulerDestroyedWithWorkPending) {
  int destroyed = 0, late = 0;
  struct counted {
    int& count;
    ~counted() { ++count; }
  };
  const auto sleeps = [](int& d, int& l) -> task<> {
    const counted frame{d};
    co_await sleep_for(1h);
    ++l;
  };
  const auto unstarted = [](int& d) -> task<> {
    const counted frame{d};
    co_return;
  };
  auto world = std::make_unique<scheduler>();
  event never;
  const handle<> first = spawn(*world, sleeps(destroyed, late));
  const handle<> waits = spawn(*world, [](event& e) -> task<> { co_await e.wait(); }(never));
  const handle<> awaiting = spawn(*world, [](handle<> h) -> task<> { co_await h; }(first));
  world->run_until_idle();
  const handle<> last = spawn(*world, unstarted(destroyed));
  world.reset();
  EXPECT_EQ(destroyed, 1) << "the suspended one; the other never began";
  EXPECT_EQ(late, 0);
  for (const handle<>& h : {first, waits, awaiting, last}) {
    EXPECT_FALSE(h.done());
    EXPECT_FALSE(h.cancel());
    EXPECT_EQ(h.exception(), nullptr);
    EXPECT_THAT(text_of<invalid_state>([&] { h.result(); }),
                HasSubstr("its scheduler was destroyed"));
  }
  never.set();  // nobody is left to hear it
  scheduler other;
  const handle<> asks = spawn(other, [](handle<> h) -> task<> { co_await h; }(first));
  other.run_until_idle();
  EXPECT_THAT(text_of<invalid_state>([&] { asks.result(); }),
              HasSubstr("its scheduler was destroyed"));
}

TEST(RuntimeBadInput, TasksAreDestroyedYoungestFirst) {
  std::string order;
  struct named {
    std::string& to;
    char name;
    ~named() { to += name; }
  };
  {
    scheduler world;
    const auto sleeps = [](std::string& o, char c) -> task<> {
      const named frame{o, c};
      co_await sleep_for(1h);
    };
    for (const char c : {'a', 'b', 'c'}) spawn(world, sleeps(order, c));
    world.run_until_idle();
  }
  EXPECT_EQ(order, "cba");
}

// Runs `does` in a second thread and gives what std::logic_error it threw.
std::string in_second_thread(const std::function<void()>& does) {
  std::string text;
  std::thread([&] { text = text_of<std::logic_error>(does); }).join();
  return text;
}

TEST(RuntimeBadInput, UseFromASecondThread) {
  scheduler world;
  event e;
  channel<int> c(1);
  const handle<> waits = spawn(world, [](event& w) -> task<> { co_await w.wait(); }(e));
  const handle<int> receives =
      spawn(world, [](channel<int>& from) -> task<int> { co_return co_await from.receive(); }(c));
  world.run_until_idle();
  const std::string refused = "used from a second thread";
  EXPECT_THAT(in_second_thread([&] { world.post([] {}); }), HasSubstr(refused));
  EXPECT_THAT(in_second_thread([&] { world.step(); }), HasSubstr(refused));
  EXPECT_THAT(in_second_thread([&] { world.advance(1s); }), HasSubstr(refused));
  EXPECT_THAT(in_second_thread([&] { spawn(world, step()); }), HasSubstr(refused));
  EXPECT_THAT(in_second_thread([&] { waits.cancel(); }), HasSubstr(refused));
  EXPECT_THAT(in_second_thread([&] { e.set(); }), HasSubstr(refused));
  EXPECT_THAT(in_second_thread([&] { c.try_send(1); }), HasSubstr(refused));
  EXPECT_THAT(in_second_thread([&] { c.close(); }), HasSubstr(refused));
  EXPECT_FALSE(e.is_set() || c.is_closed()) << "what was refused did nothing";
  world.run_until_idle();
  EXPECT_FALSE(waits.done());
  e.set();
  c.try_send(1);
  world.run_until_idle();
  EXPECT_TRUE(waits.done());
  EXPECT_EQ(receives.result(), 1);
}

}  // namespace
