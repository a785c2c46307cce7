// SPDX-License-Identifier: BSL-1.0
// Coroutines that own themselves and are still under way when the world ends: what would have ended
// them went with it, so nothing was leaked. What nobody would have destroyed anyway was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../support/bare_world.hpp"
#include "../support/task.hpp"
#include "cofault/instrument.hpp"
#include "cofault/property/frames.hpp"
#include "cofault/property/livelock.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/property/resources.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/search.hpp"
#include "cofault/site.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace cut_off {

// Starts at once; suspend_never: destroys itself at its end.
template <class AtEnd>
struct started {
  struct promise_type {
    started get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    AtEnd final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
using detached = started<std::suspend_never>;
using kept = started<std::suspend_always>;

// As detached, but not instrumented.
struct unseen {
  struct promise_type : detached::promise_type {
    unseen get_return_object() { return {}; }
  };
};

}  // namespace cut_off

COFAULT_INSTRUMENT(cut_off::started);

namespace {

using namespace cofault;
using namespace std::chrono_literals;
using cut_off::detached;
using cut_off::kept;
using cut_off::unseen;
using support::bare_world;
using support::task;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

exploration explore_in(task<> (*program)(scheduler&), const options& how) {
  return explore(program, how);
}
exploration explore_in(task<> (*program)(bare_world&), const options& how) {
  return explore([program] { return std::make_unique<bare_world>(program); }, how);
}

// The properties that are violated.
template <class World>
std::vector<std::string> violated(task<> (*program)(World&)) {
  const auto how = options()
                       .visits(1000)
                       .search(search::exhaustive(1))
                       .judge(properties::resources(), properties::frames(), properties::progress(),
                              properties::livelock());
  const exploration result = explore_in(program, how);
  EXPECT_EQ(result.error, "");
  EXPECT_GT(result.trials, 0u);
  std::vector<std::string> out;
  for (const finding& f : result.findings) out.push_back(f.property);
  return out;
}

const std::string leaked_frame(properties::frames().name());
const std::string leaked_resource(properties::resources().name());

struct lease {
  std::uint32_t serial = acquired("a lease");
  lease() = default;
  lease(lease&& from) noexcept : serial(std::exchange(from.serial, 0)) {}
  ~lease() { released(serial); }
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

// ---- a queue that it has not read since

using queue = std::vector<lease>;

template <class Started>
Started reads(scheduler& s, std::shared_ptr<queue> from) {
  for (;;) {
    co_await s.sleep_for(1s);
    from->clear();
  }
}

// Not owned: nobody would destroy it.
template <bool Owned>
task<> sends_without_a_fault(scheduler& s) {
  const std::shared_ptr<queue> q(new queue, [](queue* of) {
    if (Owned) delete of;
  });
  reads<detached>(s, q);
  co_await s.yield();
  q->emplace_back();
  co_await s.yield();
}

TEST(CutOff, WhatItsQueueHoldsIsNotLeaked) {
  EXPECT_THAT(violated(sends_without_a_fault<true>), IsEmpty());
  EXPECT_THAT(violated(sends_without_a_fault<false>), ElementsAre(leaked_resource));
}

// Two share it: each of them was cut off.
task<> sends_to_two(scheduler& s) {
  const auto q = std::make_shared<queue>();
  reads<detached>(s, q);
  reads<detached>(s, q);
  co_await s.yield();
  q->emplace_back();
  co_await s.yield();
}
TEST(CutOff, WhatAQueueOfTwoHoldsIsNotLeaked) { EXPECT_THAT(violated(sends_to_two), IsEmpty()); }

template <bool Sent>
task<> sends_behind_a_fault(scheduler& s) {
  const auto q = std::make_shared<queue>();
  reads<detached>(s, q);
  bool failed = false;
  try {
    co_await s.yield();
  } catch (const std::exception&) {
    failed = true;
  }
  if (!failed) co_return;
  if (Sent)
    q->emplace_back();
  else
    acquired("a lease");
}

TEST(CutOff, WhatWasSentBehindTheFaultIsNotLeaked) {
  EXPECT_THAT(violated(sends_behind_a_fault<true>), IsEmpty());
  EXPECT_THAT(violated(sends_behind_a_fault<false>), ElementsAre(leaked_resource));
}

task<> is_sent(scheduler& s, lease) { co_await s.yield(); }
detached reads_tasks(scheduler& s, std::shared_ptr<std::vector<task<>>> from) {
  co_await s.sleep_for(1s);
  for (task<>& t : *from) co_await std::move(t);
}
task<> sends_a_task(scheduler& s) {
  const auto q = std::make_shared<std::vector<task<>>>();
  reads_tasks(s, q);
  co_await s.yield();
  q->push_back(is_sent(s, lease()));
  co_await s.yield();
}
TEST(CutOff, ATaskInAQueueIsNotLeaked) { EXPECT_THAT(violated(sends_a_task), IsEmpty()); }

// ---- what its destructor does

// Its destructor does that while it sleeps.
template <void (*Do)()>
detached does_at_its_end(scheduler& s, std::shared_ptr<queue> from) {
  struct guard {
    bool asleep = true;
    ~guard() {
      if (asleep) Do();
    }
  } last;
  try {
    co_await s.sleep_for(1s);
  } catch (const std::exception&) {
  }
  last.asleep = false;
  from->clear();
}
void dies() { std::abort(); }
void waits_for_a_thread() {
  std::promise<void> of_another_thread;
  of_another_thread.get_future().wait();
}
void fails() { ADD_FAILURE() << "destroyed"; }

template <detached (*Reader)(scheduler&, std::shared_ptr<queue>), bool Sent>
task<> sends_to(scheduler& s) {
  const auto q = std::make_shared<queue>();
  Reader(s, q);
  co_await s.yield();
  if (Sent)
    q->emplace_back();
  else
    acquired("a lease");
  co_await s.yield();
}

// Nobody knows then: no verdict.
TEST(CutOff, WhoCannotBeDestroyedIsNotAsked) {
  EXPECT_THAT(violated(sends_to<does_at_its_end<dies>, true>), IsEmpty());
  EXPECT_THAT(violated(sends_to<does_at_its_end<waits_for_a_thread>, true>), IsEmpty());
}
TEST(CutOff, TheQuestionLeavesNoTraces) {
  EXPECT_THAT(violated(sends_to<does_at_its_end<fails>, true>), IsEmpty());
  EXPECT_THAT(violated(sends_to<does_at_its_end<fails>, false>), ElementsAre(leaked_resource));
}

// ---- suspended for good

template <int Most>
detached retries(scheduler& s, std::shared_ptr<queue> = {}) {
  for (int i = 0; i < Most; ++i) {
    bool failed = false;
    try {
      co_await s.yield();
    } catch (const std::exception&) {
      failed = true;
    }
    if (!failed) co_return;
  }
}
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

template <bool Sent>
task<> sends_to_a_spinner(scheduler& s) {
  const auto q = std::make_shared<queue>();
  retries<1'000'000>(s, q);
  co_await s.sleep_for(2ms);
  if (Sent)
    q->emplace_back();
  else
    acquired("a lease");
}

TEST(CutOff, WhatWasSentToWhoSpinsIsNotLeaked) {
  const std::string spinning(properties::livelock().name());
  EXPECT_THAT(violated(sends_to_a_spinner<true>), ElementsAre(spinning));
  EXPECT_THAT(violated(sends_to_a_spinner<false>), UnorderedElementsAre(spinning, leaked_resource));
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
