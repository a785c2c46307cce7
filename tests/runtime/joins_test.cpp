// SPDX-License-Identifier: BSL-1.0
// gather, wait, shield, timeout, task groups: what they do when nothing goes wrong, and when
// something does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "ends.hpp"

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using namespace support;
using testing::ElementsAre;
using testing::SizeIs;

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
