// SPDX-License-Identifier: BSL-1.0
// Resources in a queue of a coroutine that was cut off with the world and has not read it since: it
// holds them. What nobody holds was leaked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "cut_off.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cut_off;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

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

TEST(HeldResources, WhatItsQueueHoldsIsNotLeaked) {
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
TEST(HeldResources, WhatAQueueOfTwoHoldsIsNotLeaked) {
  EXPECT_THAT(violated(sends_to_two), IsEmpty());
}

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

TEST(HeldResources, WhatWasSentBehindTheFaultIsNotLeaked) {
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
TEST(HeldResources, ATaskInAQueueIsNotLeaked) { EXPECT_THAT(violated(sends_a_task), IsEmpty()); }

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
TEST(HeldResources, WhoCannotBeDestroyedIsNotAsked) {
  EXPECT_THAT(violated(sends_to<does_at_its_end<dies>, true>), IsEmpty());
  EXPECT_THAT(violated(sends_to<does_at_its_end<waits_for_a_thread>, true>), IsEmpty());
}
TEST(HeldResources, TheQuestionLeavesNoTraces) {
  EXPECT_THAT(violated(sends_to<does_at_its_end<fails>, true>), IsEmpty());
  EXPECT_THAT(violated(sends_to<does_at_its_end<fails>, false>), ElementsAre(leaked_resource));
}

// ---- suspended for good

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

TEST(HeldResources, WhatWasSentToWhoSpinsIsNotLeaked) {
  const std::string spinning(properties::livelock().name());
  EXPECT_THAT(violated(sends_to_a_spinner<true>), ElementsAre(spinning));
  EXPECT_THAT(violated(sends_to_a_spinner<false>), UnorderedElementsAre(spinning, leaked_resource));
}

}  // namespace
