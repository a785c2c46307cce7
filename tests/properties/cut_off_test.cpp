// SPDX-License-Identifier: BSL-1.0
// Coroutines that own themselves and are still under way when the world ends: what would have ended
// them went with it, so nothing was leaked. What nobody would have destroyed anyway was.
#include "cut_off.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <string>
#include <utility>
#include <vector>

COFAULT_USER_CODE(__FILE__);

namespace shared_ownership {

// Eager; the last of its two owners destroys it: the coroutine itself, and the result.
class shared_result {
 public:
  struct promise_type {
    using handle = std::coroutine_handle<promise_type>;
    struct last {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(handle h) noexcept {
        const auto next = h.promise().awaiting;
        h.promise().ended = true;
        release(h);
        return next;
      }
      void await_resume() noexcept {}
    };
    shared_result get_return_object() { return shared_result(handle::from_promise(*this)); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    last final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { error = std::current_exception(); }
    static void release(handle h) {
      if (--h.promise().owners == 0) h.destroy();
    }
    int owners = 2;
    bool ended = false;
    std::coroutine_handle<> awaiting = std::noop_coroutine();
    std::exception_ptr error;
  };

  shared_result(const shared_result&) = delete;
  shared_result& operator=(const shared_result&) = delete;
  ~shared_result() { promise_type::release(h_); }
  bool await_ready() const { return h_.promise().ended; }
  void await_suspend(std::coroutine_handle<> h) { h_.promise().awaiting = h; }
  void await_resume() {
    if (h_.promise().error) std::rethrow_exception(h_.promise().error);
  }

 private:
  explicit shared_result(promise_type::handle h) : h_(h) {}
  promise_type::handle h_;
};

}  // namespace shared_ownership

COFAULT_INSTRUMENT(shared_ownership::shared_result);

namespace {

using namespace cut_off;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// As detached, but not instrumented.
struct unseen {
  struct promise_type : detached::promise_type {
    unseen get_return_object() { return {}; }
  };
};

// ---- a timer

template <class Started>
Started naps(scheduler& s, std::chrono::milliseconds how_long) {
  const lease held;
  co_await s.sleep_for(how_long);
}

template <class Started, int Milliseconds>
task<> starts_a_nap(scheduler& s) {
  naps<Started>(s, std::chrono::milliseconds(Milliseconds));
  co_await s.sleep_for(2ms);
}

TEST(CutOff, ATimerThatIsStillRunning) {
  EXPECT_THAT(violated(starts_a_nap<detached, 9>), IsEmpty());
  EXPECT_THAT(violated(starts_a_nap<detached, 1>), IsEmpty());
}
TEST(CutOff, WhoEndedAndWasNotDestroyedIsLeaked) {
  EXPECT_THAT(violated(starts_a_nap<kept, 1>), ElementsAre(leaked_frame));
}

// ---- what it awaits, and what it owns

task<> works(scheduler& s, lease) { co_await s.sleep_for(1s); }
task<> is_quick(scheduler& s) { co_await s.yield(); }

template <class Detached>
Detached awaits(task<> first, task<> second) {
  co_await first;
  co_await second;
}

template <class Detached>
task<> starts_two(scheduler& s) {
  awaits<Detached>(is_quick(s), works(s, lease()));
  co_await s.sleep_for(2ms);
}

TEST(CutOff, WhatItOwns) {
  EXPECT_THAT(violated(starts_two<detached>), IsEmpty());
  EXPECT_THAT(violated(starts_two<unseen>), IsEmpty());
}

// ---- an event that another one would have set

class event {
 public:
  explicit event(scheduler& s) : where_(s) {}
  void set() {
    if (waiting_) where_.post(std::exchange(waiting_, {}));
  }
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) { waiting_ = h; }
  void await_resume() const {}

 private:
  scheduler& where_;
  std::coroutine_handle<> waiting_;
};

detached sets_later(scheduler& s, std::shared_ptr<event> e) {
  struct guard {
    std::shared_ptr<event> e;
    ~guard() { e->set(); }
  } const sets_in_any_case{e};
  co_await s.sleep_for(1s);
}
detached waits_for(std::shared_ptr<event> e) { co_await *e; }

template <bool SomebodySets>
task<> shares_an_event(scheduler& s) {
  const auto e = std::make_shared<event>(s);
  waits_for(e);
  if (SomebodySets) sets_later(s, e);
  co_await s.sleep_for(2ms);
}

TEST(CutOff, AnEventThatNobodyWillSetIsNone) {
  EXPECT_THAT(violated(shares_an_event<true>), IsEmpty());
  EXPECT_THAT(violated(shares_an_event<false>), ElementsAre(leaked_frame));
}

// ---- a callback that would have gone on with it

struct calls_back {
  scheduler& where;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    where.post_after(1s, [h] { h.resume(); });
  }
  void await_resume() const {}
};
detached asks(scheduler& s) { co_await calls_back{s}; }
task<> starts_a_question(scheduler& s) {
  asks(s);
  co_await s.sleep_for(2ms);
}

TEST(CutOff, ACallbackThatIsStillToCome) { EXPECT_THAT(violated(starts_a_question), IsEmpty()); }

// ---- whoever else was under way is no excuse

task<> waits_for_ever() { co_await std::suspend_always(); }

// Its sleeping child is destroyed with it.
task<> leaks_beside_a_sleeper(scheduler& s) {
  task<> sleeper = works(s, lease());
  sleeper.start();
  auto* child = new task<>(waits_for_ever());
  child->start();
  co_await s.yield();
  delete child;
}
task<> owns_both(scheduler& s) {
  task<> sleeper = works(s, lease());
  sleeper.start();
  const auto child = std::make_unique<task<>>(waits_for_ever());
  child->start();
  co_await s.yield();
}

TEST(CutOff, WorkOfWhoIsGoneExcusesNobody) {
  EXPECT_THAT(violated(leaks_beside_a_sleeper), ElementsAre(leaked_frame));
  EXPECT_THAT(violated(owns_both), IsEmpty());
}

task<> is_slow(scheduler& s) {
  try {
    co_await s.sleep_for(1s);
  } catch (const std::exception&) {
  }
}
template <bool Beside>
task<> deletes_by_hand(scheduler& s) {
  auto* child = new task<>(is_slow(s));
  child->start();
  if (Beside) naps<detached>(s, 1s);
  co_await s.sleep_for(2ms);
  delete child;
}

// Only without faults there was somebody to destroy it. A detached one may be its owner, too.
TEST(CutOff, WhoWasLeftBehindByItsOwnerIsLeaked) {
  EXPECT_THAT(violated(deletes_by_hand<false>), ElementsAre(leaked_frame));
  EXPECT_THAT(violated(deletes_by_hand<true>), IsEmpty());
}

using shared_ownership::shared_result;

shared_result works_for_a_result(scheduler& s, lease) { co_await s.sleep_for(1s); }
task<> drops_the_second_result(scheduler& s) {
  shared_result a = works_for_a_result(s, lease()), b = works_for_a_result(s, lease());
  co_await a;
  co_await b;
}
// Its end is not enough: somebody else would have to destroy it.
task<> deletes_what_has_ended_by_hand(scheduler& s) {
  auto* child = new task<>(is_slow(s));
  child->start();
  co_await s.sleep_for(2s);
  delete child;
}

TEST(CutOff, WhoOwnsItselfTooIsNotLeftBehind) {
  EXPECT_THAT(violated(drops_the_second_result), IsEmpty());
  EXPECT_THAT(violated(deletes_what_has_ended_by_hand), ElementsAre(leaked_frame));
}

// Acquired behind the last step of whoever is cut off.
template <bool Guarded>
task<> holds_beside(scheduler& s) {
  naps<detached>(s, 1s);
  co_await s.yield();
  const std::uint32_t serial = acquired("a lease");
  struct guard {
    std::uint32_t serial;
    ~guard() { released(serial); }
  } const held{Guarded ? serial : 0};
  co_await s.yield();
  if (!Guarded) released(serial);
}

TEST(CutOff, AResourceOfAnotherOneIsLeaked) {
  EXPECT_THAT(violated(holds_beside<false>), ElementsAre(leaked_resource));
  EXPECT_THAT(violated(holds_beside<true>), IsEmpty());
}

// ---- suspended for good

template <int Most>
task<> starts_retries(scheduler& s) {
  retries<Most>(s);
  co_await s.sleep_for(2ms);
}

TEST(CutOff, WhoSpinsIsToldOnce) {
  EXPECT_THAT(violated(starts_retries<1'000'000>),
              ElementsAre(std::string(properties::livelock().name())));
  EXPECT_THAT(violated(starts_retries<3>), IsEmpty());
}

// ---- a driver that tells nothing of what it drops

detached sleeps(bare_world& w, std::chrono::nanoseconds d) { co_await w.sleep_for(d); }
detached waits() { co_await std::suspend_always(); }
template <bool Sleeps>
task<> leaves_one(bare_world& w) {
  if (Sleeps)
    sleeps(w, 1s);
  else
    waits();
  co_await w.sleep_for(2ms);
}

TEST(CutOff, OfADriverThatTellsNothing) {
  EXPECT_THAT(violated(leaves_one<true>), IsEmpty());
  EXPECT_THAT(violated(leaves_one<false>), ElementsAre(leaked_frame));
}

}  // namespace
