// SPDX-License-Identifier: BSL-1.0
// What may take the place of an exception that a handler has ended: one that tells of it, and not
// whatever comes later.
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include "../support/cancellable.hpp"
#include "cofault/inject/throwing.hpp"
#include "task_fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace support;
using cofault::options;
using cofault::scheduler;

task<> tells(bool failed) {
  if (failed) throw std::runtime_error("told by another coroutine");
  co_return;
}
task<> asks_another_to_tell(scheduler& s) {
  bool failed = false;
  try {
    co_await s.yield();
  } catch (...) {
    failed = true;
  }
  co_await tells(failed);
}

TEST(Replaced, ByOneOfAnotherCoroutineIfThatSurfaces) {
  EXPECT_EQ(fates(asks_another_to_tell), "translated surfaced");
}

template <class Error>
task<> goes_on_and_fails(scheduler& s) {
  bool failed = false;
  try {
    co_await s.yield();
  } catch (...) {
    failed = true;
  }
  if (failed) throw Error();
}
struct lost : std::exception {};
template <class Error>
task<> does_not_mind(scheduler& s) {
  try {
    co_await goes_on_and_fails<Error>(s);
  } catch (const Error&) {
  }
}

TEST(Replaced, ByACancellationOnlyIfThatSurfaces) {
  const auto how = options().cancellation<operation_cancelled>();
  EXPECT_EQ(fates(goes_on_and_fails<operation_cancelled>, how), "translated surfaced");
  EXPECT_EQ(fates(does_not_mind<operation_cancelled>, how), "swallowed swallowed");
  EXPECT_EQ(fates(does_not_mind<lost>, how), "translated swallowed");
}

template <bool Throws>
task<> tells_itself(scheduler& s) {
  try {
    bool failed = false;
    try {
      co_await s.yield();
    } catch (...) {
      failed = true;
    }
    co_await s.yield();
    if (failed && Throws) throw lost();
  } catch (const lost& e) {
    std::puts(e.what());
  }
}

TEST(Replaced, ByOneThatTheSameCoroutineThrowsAndCatches) {
  EXPECT_EQ(fates(tells_itself<true>), "translated reported");
  EXPECT_EQ(fates(tells_itself<false>), "swallowed");
}

// ---- behind the next await nothing is due to the fault any more

task<> goes_about_its_business(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const std::exception& e) {
    std::puts(e.what());
  }
  co_await s.yield();
  try {
    throw lost();
  } catch (...) {
  }
}

TEST(Later, AHandlersOwnAffairIsUnjudged) {
  EXPECT_EQ(fates(goes_about_its_business), "reported unjudged");
}

// ---- what was logged where it happened may be lost further up

task<> logs_and_throws(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const std::exception& e) {
    std::puts(e.what());
    throw;
  }
}
task<> forks_one_that_logs(scheduler& s) {
  task<> child = logs_and_throws(s);
  child.start();
  co_await s.sleep_for(std::chrono::seconds(1));
}

TEST(Later, WhatWasLoggedMayBeDropped) { EXPECT_EQ(fates(forks_one_that_logs), "reported"); }

// ---- who hears of a later fault knows that it failed

struct refused : std::exception {};
task<> translates(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const lost&) {
    throw refused();
  }
}
task<> tries_twice(scheduler& s) {
  bool failed = true;
  for (int i = 0; failed; ++i) {
    try {
      co_await translates(s);
      failed = false;
    } catch (const refused&) {
      if (i == 1) throw;
    }
    if (failed) co_await s.sleep_for(std::chrono::seconds(1));
  }
}
template <bool Tells>
task<> minds(scheduler& s) {
  try {
    co_await tries_twice(s);
  } catch (const std::exception& e) {
    if (Tells) std::puts(e.what());
  }
}

TEST(Outdone, ByALaterFaultThatSomebodyHeardOf) {
  const auto how = options().inject(cofault::inject::throwing(lost()));
  const auto told = explore(factory_of(minds<true>), how);
  EXPECT_TRUE(told.clean()) << describe(told);
  EXPECT_FALSE(explore(factory_of(minds<false>), how).clean());
}

// ---- a bound stops the run: who had ended by then can tell no more

task<> gives_up(scheduler& s, bool& failed) {
  try {
    co_await s.yield();
  } catch (...) {
    failed = true;
  }
}
template <bool Ends>
task<> waits_for_better_times(scheduler& s) {
  bool failed = false;
  if (Ends) {
    co_await gives_up(s, failed);
  } else {
    try {
      co_await s.yield();
    } catch (...) {
      failed = true;
    }
  }
  while (failed) co_await s.sleep_for(std::chrono::seconds(1));
}

TEST(Stopped, WhoHadEndedCanTellNoMore) {
  const auto how = options().arrivals(50);
  EXPECT_EQ(fates(waits_for_better_times<true>, how), "swallowed");
  EXPECT_EQ(fates(waits_for_better_times<false>, how), "unjudged");
}

}  // namespace
