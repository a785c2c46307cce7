// SPDX-License-Identifier: BSL-1.0
// event, mutex, channel: what they do when nothing goes wrong, and when something does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ends.hpp"

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using namespace support;
using testing::ElementsAre;

using log = std::vector<std::string>;

// ---- event

TEST(Event, LetsAllWhoWaitGoOnInOrder) {
  log l;
  run([](log& out) -> task<> {
    event e;
    const auto waits = [](event& w, log& o, std::string name) -> task<> {
      co_await w.wait();
      o.push_back(name);
    };
    const auto a = spawn(waits(e, out, "a")), b = spawn(waits(e, out, "b"));
    co_await yield();
    out.push_back("set");
    e.set();
    e.clear();
    co_await a;
    co_await b;
    e.set();
    co_await e.wait();
    EXPECT_TRUE(e.is_set());
  }(l));
  EXPECT_THAT(l, ElementsAre("set", "a", "b"));
}

TEST(Event, ThatIsDestroyedLeavesItsWaitersWaiting) {
  run([]() -> task<> {
    auto e = std::make_unique<event>();
    const auto h = spawn(end_of(e->wait()));
    co_await yield();
    e.reset();
    co_await sleep_for(1s);
    EXPECT_FALSE(h.done());
    h.cancel();
    EXPECT_EQ(co_await h, "cancelled");
  }());
}

// ---- mutex

TEST(Mutex, GoesFromHandToHandInOrder) {
  log l;
  run([](log& out) -> task<> {
    mutex m;
    const auto user = [](mutex& u, log& o, std::string name) -> task<> {
      const auto held = co_await u.lock();
      o.push_back(name + " in");
      co_await yield();
      o.push_back(name + " out");
    };
    co_await gather(user(m, out, "a"), user(m, out, "b"), user(m, out, "c"));
    EXPECT_FALSE(m.is_locked());
  }(l));
  EXPECT_THAT(l, ElementsAre("a in", "a out", "b in", "b out", "c in", "c out"));
}

TEST(Mutex, IsNotStolenByWhoComesLater) {
  run([]() -> task<> {
    mutex m;
    auto held = co_await m.lock();
    const auto h = spawn([](mutex& u) -> task<> { const auto g = co_await u.lock(); }(m));
    co_await yield();
    held.unlock();
    EXPECT_FALSE(m.try_lock().has_value()) << "it belongs to the one that waits";
    co_await h;
    EXPECT_TRUE(m.try_lock().has_value());
  }());
}

TEST(Mutex, OfACancelledWaiterGoesToTheNext) {
  run([]() -> task<> {
    mutex m;
    auto held = co_await m.lock();
    const auto first = spawn(end_of(m.lock()));
    const auto second_one = spawn(end_of(m.lock()));
    co_await yield();
    first.cancel();
    held.unlock();
    EXPECT_EQ(co_await first, "cancelled");
    EXPECT_EQ(co_await second_one, "");
    EXPECT_FALSE(m.is_locked());
  }());
}

TEST(Mutex, CancelledInTheStepOfTheHandOverIsHeldAndGivenBack) {
  run([]() -> task<> {
    mutex m;
    auto held = co_await m.lock();
    bool got = false;
    const auto h = spawn([](mutex& u, bool& g) -> task<> {
      const auto guard = co_await u.lock();
      g = true;
      co_await sleep_for(1h);
    }(m, got));
    co_await yield();
    held.unlock();
    h.cancel();  // it holds the mutex already: the next await is cancelled
    EXPECT_EQ(co_await end_of(h), "cancelled");
    EXPECT_TRUE(got);
    EXPECT_FALSE(m.is_locked());
    EXPECT_EQ(now(), 0);
  }());
}

// Its holder is destroyed between the hand-over and its next step.
TEST(Mutex, HandedToACoroutineThatIsDestroyedIsFreeAgain) {
  mutex m;
  auto world = std::make_unique<cofault::scheduler>();
  std::optional<mutex::guard> held = m.try_lock();
  spawn(*world, [](mutex& u) -> task<> { const auto g = co_await u.lock(); }(m));
  world->run_until_idle();
  held.reset();
  EXPECT_TRUE(m.is_locked());
  world.reset();
  EXPECT_FALSE(m.is_locked());
}

// ---- channel

TEST(Channel, GivenToACoroutineThatIsDestroyedTheValueIsNotLost) {
  channel<int> c(1);
  auto world = std::make_unique<cofault::scheduler>();
  spawn(*world, [](channel<int>& from) -> task<int> { co_return co_await from.receive(); }(c));
  world->run_until_idle();
  EXPECT_TRUE(c.try_send(1));
  EXPECT_EQ(c.size(), 0u);
  world.reset();
  EXPECT_EQ(c.try_receive(), 1);
}

TEST(Channel, CarriesInOrderAndHoldsBackWhoSendsTooMuch) {
  log l;
  run([](log& out) -> task<> {
    channel<int> c(2);
    const auto sends = [](channel<int>& to, log& o) -> task<> {
      for (int i = 1; i <= 4; ++i) {
        co_await to.send(i);
        o.push_back("sent " + std::to_string(i));
      }
      to.close();
    };
    const auto h = spawn(sends(c, out));
    co_await sleep_for(1s);
    out.push_back("now");
    try {
      for (;;) out.push_back("got " + std::to_string(co_await c.receive()));
    } catch (const channel_closed&) {
      out.push_back("closed");
    }
    co_await h;
  }(l));
  EXPECT_THAT(l, ElementsAre("sent 1", "sent 2", "now", "got 1", "got 2", "got 3", "sent 3",
                             "sent 4", "got 4", "closed"));
}

TEST(Channel, ClosedUnderWhoWaits) {
  run([]() -> task<> {
    channel<int> full(1), empty(1);
    EXPECT_TRUE(full.try_send(1));
    EXPECT_FALSE(full.try_send(2));
    const auto s = spawn(end_of(full.send(2))), r = spawn(end_of(empty.receive()));
    co_await yield();
    full.close();
    empty.close();
    empty.close();
    EXPECT_EQ(co_await s, "cofault: the channel is closed");
    EXPECT_EQ(co_await r, "cofault: the channel is closed");
    EXPECT_EQ(co_await full.receive(), 1) << "what was sent can be received";
    EXPECT_THROW(full.try_receive(), channel_closed);
    EXPECT_THROW(full.try_send(1), channel_closed);
    EXPECT_EQ(co_await end_of(full.send(3)), "cofault: the channel is closed");
  }());
}

TEST(Channel, NothingIsLostByACancellation) {
  run([]() -> task<> {
    channel<int> c(1);
    const auto r =
        spawn([](channel<int>& from) -> task<int> { co_return co_await from.receive(); }(c));
    co_await yield();
    co_await c.send(1);
    r.cancel();  // too late: the value is its own
    EXPECT_EQ(co_await r, 1);
    const auto waits = spawn(end_of(c.receive()));
    co_await yield();
    waits.cancel();
    co_await c.send(2);
    EXPECT_EQ(co_await waits, "cancelled");
    EXPECT_EQ(co_await c.receive(), 2);
    EXPECT_EQ(c.try_receive(), std::nullopt);
    EXPECT_TRUE(c.try_send(3));
    const auto sends = spawn(end_of(c.send(4)));
    co_await yield();
    sends.cancel();
    EXPECT_EQ(co_await c.receive(), 3);
    EXPECT_EQ(co_await sends, "cancelled");
    EXPECT_EQ(c.size(), 0u);
  }());
}

TEST(Channel, CarriesWhatCanOnlyBeMoved) {
  run([]() -> task<> {
    channel<std::unique_ptr<int>> c(1);
    co_await c.send(std::make_unique<int>(5));
    EXPECT_EQ(*co_await c.receive(), 5);
  }());
}

}  // namespace
