// SPDX-License-Identifier: BSL-1.0
// event, mutex, channel, gather, wait, shield, timeout, task groups: what they do when nothing goes
// wrong, and when something does.
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
using testing::SizeIs;

using log = std::vector<std::string>;

cofault::virtual_time now() { return cofault::virtual_clock::now(); }
constexpr cofault::virtual_time second = 1'000'000'000;

task<int> after(std::chrono::nanoseconds d, int value) {
  co_await sleep_for(d);
  co_return value;
}
task<> nap(std::chrono::nanoseconds d) { co_await sleep_for(d); }
task<int> fails_after(std::chrono::nanoseconds d, std::string what) {
  co_await sleep_for(d);
  throw std::runtime_error(what);
}

std::string message(const std::exception_ptr& e) {
  try {
    if (e) std::rethrow_exception(e);
  } catch (const std::exception& caught) {
    return caught.what();
  } catch (const cancelled&) {
    return "cancelled";
  }
  return "";
}

// How awaiting ends: "", "cancelled", or the exception's text.
template <class A>
task<std::string> end_of(A what) {
  try {
    static_cast<void>(co_await std::move(what));
  } catch (const std::exception& e) {
    co_return e.what();
  } catch (const cancelled&) {
    co_return "cancelled";
  }
  co_return "";
}

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

// ---- gather

TEST(Gather, GivesAllResultsAndWaitsAtTheSameTime) {
  run([]() -> task<> {
    const handle<int> h = spawn(after(3s, 3));
    const auto [a, b, c, d] = co_await gather(after(2s, 1), after(1s, 2), h, nap(1s));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2);
    EXPECT_EQ(c, 3);
    static_cast<void>(d);
    EXPECT_EQ(now(), 3 * second);
  }());
}

TEST(Gather, OfNoneIsDoneAtOnce) {
  run([]() -> task<> {
    co_await gather();
    co_await gather(return_exceptions);
    EXPECT_THAT(co_await gather(std::vector<task<int>>()), SizeIs(0));
    EXPECT_THAT(co_await gather(return_exceptions, std::vector<task<>>()), SizeIs(0));
    const auto result = co_await wait(std::vector<any_handle>());
    EXPECT_TRUE(result.done.empty() && result.pending.empty());
    co_await with_task_group([](task_group&) -> task<> { co_return; });
    EXPECT_EQ(now(), 0);
  }());
}

TEST(Gather, OfAVector) {
  run([]() -> task<> {
    std::vector<task<int>> all;
    for (int i = 0; i < 5; ++i) all.push_back(after(i * 1s, i));
    EXPECT_THAT(co_await gather(std::move(all)), ElementsAre(0, 1, 2, 3, 4));
  }());
}

TEST(Gather, ThrowsTheFirstFailureAtOnceAndLetsTheSiblingsRun) {
  run([]() -> task<> {
    const handle<int> sibling = spawn(after(5s, 1));
    EXPECT_EQ(co_await end_of(gather(sibling, fails_after(1s, "lost"))), "lost");
    EXPECT_EQ(now(), second);
    EXPECT_FALSE(sibling.done());
    EXPECT_EQ(co_await sibling, 1);
  }());
}

TEST(Gather, ReturnExceptionsGivesEveryOutcome) {
  run([]() -> task<> {
    const handle<int> third = spawn(after(1h, 3));
    co_await yield();
    third.cancel();
    const auto [a, b, c] =
        co_await gather(return_exceptions, after(1s, 1), fails_after(1s, "x"), third);
    EXPECT_EQ(a.value(), 1);
    EXPECT_EQ(a.exception(), nullptr);
    EXPECT_FALSE(b.has_value());
    EXPECT_FALSE(b.looked_at());
    EXPECT_EQ(message(b.exception()), "x");
    EXPECT_TRUE(b.looked_at());
    EXPECT_THROW(b.value(), std::runtime_error);
    EXPECT_TRUE(c.cancelled());
  }());
}

TEST(Gather, CancelledCancelsTheChildren) {
  run([]() -> task<> {
    const handle<int> a = spawn(after(1h, 1)), b = spawn(after(1h, 2));
    const auto g = spawn(end_of(gather(a, b)));
    const auto s = spawn(end_of(gather(return_exceptions, after(1h, 1), nap(1h))));
    co_await yield();
    g.cancel();
    s.cancel();
    EXPECT_EQ(co_await g, "cancelled");
    EXPECT_EQ(co_await s, "cancelled");
    EXPECT_TRUE(a.cancelled() && b.cancelled());
    EXPECT_EQ(now(), 0);
  }());
}

// ---- wait

TEST(Wait, UntilAllOrTheFirst) {
  run([]() -> task<> {
    const handle<int> a = spawn(after(2s, 1)), b = spawn(after(1s, 2));
    const std::vector all{a, b};
    auto first = co_await wait(all, return_when::first_completed);
    EXPECT_THAT(first.done, ElementsAre(b));
    EXPECT_THAT(first.pending, ElementsAre(a));
    EXPECT_EQ(now(), second);
    first = co_await wait(all);
    EXPECT_THAT(first.done, ElementsAre(a, b));
    EXPECT_EQ(now(), 2 * second);
  }());
}

TEST(Wait, ForTheFirstExceptionLooksAtNone) {
  run([]() -> task<> {
    const handle<int> c = spawn(after(1h, 1)), good = spawn(after(1s, 1)),
                      bad = spawn(fails_after(2s, "bad")), slow = spawn(after(3s, 1));
    co_await yield();
    c.cancel();
    const std::vector all{c, good, bad, slow};
    const auto r = co_await wait(all, return_when::first_exception);
    EXPECT_EQ(now(), 2 * second) << "a cancelled task is no failure";
    EXPECT_THAT(r.done, ElementsAre(c, good, bad));
    EXPECT_THAT(r.pending, ElementsAre(slow));
    EXPECT_FALSE(bad.looked_at());
    EXPECT_EQ(message(bad.exception()), "bad");
    co_await slow;
  }());
}

TEST(Wait, CancelledTouchesNobody) {
  run([]() -> task<> {
    const handle<int> a = spawn(after(2s, 1));
    const std::vector one{a};
    const auto w = spawn(end_of(wait(one)));
    co_await yield();
    w.cancel();
    EXPECT_EQ(co_await w, "cancelled");
    EXPECT_EQ(co_await a, 1);
  }());
}

// ---- shield

TEST(Shield, StopsTheCancellationOnly) {
  run([]() -> task<> {
    const handle<int> inner = spawn(after(2s, 1));
    const auto outer = spawn(end_of(shield(inner)));
    co_await yield();
    outer.cancel();
    EXPECT_EQ(co_await outer, "cancelled");
    EXPECT_EQ(co_await inner, 1);
    EXPECT_EQ(co_await end_of(shield(fails_after(1s, "through"))), "through");
    EXPECT_EQ(co_await shield(after(1s, 4)), 4);
  }());
}

// ---- timeout

TEST(Timeout, InTimeOrNot) {
  run([]() -> task<> {
    EXPECT_EQ(co_await timeout(2s, after(1s, 7)), 7);
    EXPECT_EQ(now(), second);
    EXPECT_EQ(co_await end_of(timeout(2s, after(1h, 7))), "cofault: timeout() ran out of time");
    EXPECT_EQ(now(), 3 * second);
    EXPECT_EQ(co_await end_of(timeout(1h, fails_after(1s, "early"))), "early");
    event e;
    EXPECT_EQ(co_await end_of(timeout(1s, e.wait())), "cofault: timeout() ran out of time");
  }());
}

TEST(Timeout, OfAHandleCancelsTheTask) {
  run([]() -> task<> {
    const handle<int> h = spawn(after(1h, 1));
    EXPECT_EQ(co_await end_of(timeout(1s, h)), "cofault: timeout() ran out of time");
    EXPECT_TRUE(h.cancelled());
    const handle<int> kept = spawn(after(2s, 1));
    EXPECT_EQ(co_await end_of(timeout(1s, shield(kept))), "cofault: timeout() ran out of time");
    EXPECT_EQ(co_await kept, 1);
  }());
}

TEST(Timeout, WhatIsDoneInspiteOfItCounts) {
  run([]() -> task<> {
    const auto stubborn = []() -> task<int> {
      try {
        co_await sleep_for(1h);
      } catch (const cancelled&) {
      }
      co_return 5;
    };
    EXPECT_EQ(co_await timeout(1s, stubborn()), 5);
    const auto breaks = []() -> task<> {
      try {
        co_await sleep_for(1h);
      } catch (const cancelled&) {
        throw std::runtime_error("clean-up");
      }
    };
    EXPECT_EQ(co_await end_of(timeout(1s, breaks())), "clean-up");
    co_await sleep_for(1s);  // no cancellation is left
  }());
}

TEST(Timeout, OfZeroOrLessStartsNothing) {
  run([]() -> task<> {
    bool started = false;
    const auto starts = [](bool& s) -> task<> {
      s = true;
      co_return;
    };
    EXPECT_EQ(co_await end_of(timeout(0s, starts(started))), "cofault: timeout() ran out of time");
    EXPECT_EQ(co_await end_of(timeout(-1h, starts(started))), "cofault: timeout() ran out of time");
    EXPECT_FALSE(started);
  }());
}

TEST(Timeout, ACancellationFromElsewhereStaysOne) {
  run([]() -> task<> {
    const auto h = spawn(end_of(timeout(2s, nap(1h))));
    co_await sleep_for(1s);
    h.cancel();
    EXPECT_EQ(co_await h, "cancelled");
    const auto both = spawn(end_of(timeout(1s, nap(1h))));
    co_await sleep_for(1s - 1ns);
    both.cancel();
    EXPECT_EQ(co_await both, "cancelled");
    // Nested ones that strike together: each is a timeout.
    EXPECT_EQ(co_await end_of(timeout(1s, timeout(1s, nap(1h)))),
              "cofault: timeout() ran out of time");
  }());
}

// ---- task groups

TEST(TaskGroup, WaitsForItsChildren) {
  run([]() -> task<> {
    int done = 0;
    const auto child = [](int& d) -> task<> {
      co_await sleep_for(2s);
      ++d;
    };
    const int result = co_await with_task_group([&](task_group& g) -> task<int> {
      g.spawn(child(done));
      g.spawn(child(done));
      co_return 9;
    });
    EXPECT_EQ(result, 9);
    EXPECT_EQ(done, 2);
    EXPECT_EQ(now(), 2 * second);
  }());
}

TEST(TaskGroup, LosesNoException) {
  const auto cleans_up_badly = []() -> task<> {
    try {
      co_await sleep_for(1h);
    } catch (const cancelled&) {
      throw std::runtime_error("clean-up");
    }
  };
  run([](auto bad) -> task<> {
    std::vector<std::string> errors;
    try {
      co_await with_task_group([&](task_group& g) -> task<> {
        g.spawn(fails_after(1s, "first"));
        g.spawn(bad());
        g.spawn(nap(1h));
        co_await sleep_for(1h);
      });
    } catch (const exception_group& e) {
      for (const auto& one : e.errors()) errors.push_back(message(one));
    }
    EXPECT_THAT(errors, ElementsAre("first", "clean-up"));
    EXPECT_EQ(now(), second) << "the body and the other child were cancelled";
    co_await sleep_for(1s);  // and no cancellation is left
  }(cleans_up_badly));
}

TEST(TaskGroup, OfWhichTheBodyFailsCancelsTheChildren) {
  run([]() -> task<> {
    handle<> child = spawn(nap(0s));
    const std::string end = co_await end_of(with_task_group([&](task_group& g) -> task<> {
      child = g.spawn(nap(1h));
      co_await yield();
      throw std::logic_error("body");
    }));
    EXPECT_EQ(end, "cofault: 1 coroutine of a task group failed; errors() has what they threw");
    EXPECT_TRUE(child.cancelled());
  }());
}

TEST(TaskGroup, CancelledCancelsAllAndWaitsForThem) {
  for (const auto when : {0s, 2s}) {  // in the body, while it waits for the children
    run([](std::chrono::seconds at) -> task<> {
      bool cleaned = false;
      const auto child = [](bool& c) -> task<> {
        try {
          co_await sleep_for(1h);
        } catch (const cancelled&) {
          c = true;
          throw;
        }
      };
      const auto h = spawn(end_of(with_task_group([&](task_group& g) -> task<> {
        g.spawn(child(cleaned));
        co_await sleep_for(1s);
      })));
      co_await sleep_for(at);
      co_await yield();
      h.cancel();
      EXPECT_EQ(co_await h, "cancelled");
      EXPECT_TRUE(cleaned);
    }(when));
  }
}

TEST(TaskGroup, ThatHasEndedTakesNoMore) {
  run([]() -> task<> {
    handle<> late = spawn(nap(0s));
    co_await end_of(with_task_group([&](task_group& g) -> task<> {
      g.spawn([](task_group& to, handle<>& out) -> task<> {
        out = to.spawn(nap(1s));  // a child may spawn
        co_return;
      }(g, late));
      co_return;
    }));
    EXPECT_TRUE(late.done());
    EXPECT_EQ(co_await end_of(with_task_group([](task_group& g) -> task<> {
                g.spawn(fails_after(0s, "x"));
                try {
                  co_await sleep_for(1h);
                } catch (const cancelled&) {
                }
                EXPECT_THROW(g.spawn(nap(0s)), invalid_state);
              })),
              "cofault: 1 coroutine of a task group failed; errors() has what they threw");
  }());
}

}  // namespace
