// SPDX-License-Identifier: BSL-1.0
// Whether a cancellation was honoured, on a task that listens to a stop token: each mistake is
// found at its line, and its correct neighbour has no finding.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/task_cancelling.hpp"
#include "cofault/gtest.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace support;
using cofault::exploration;
using cofault::finding;
using cofault::scheduler;
using testing::HasSubstr;

task<> step(scheduler& s, std::stop_token stop) { co_await sleeping(s, stop, 1s); }

// ---- a catch-all ends it, and the work goes on

task<> goes_on(scheduler& s, std::stop_token stop) {
  try {
    co_await step(s, stop);
  } catch (...) {  // guilty
  }
  co_await s.sleep_for(1s);
}
task<> passes_it_on(scheduler& s, std::stop_token stop) {
  std::exception_ptr error;
  try {
    co_await step(s, stop);
  } catch (...) {
    error = std::current_exception();
  }
  co_await s.sleep_for(1s);  // cleans up
  if (error) std::rethrow_exception(error);
}
task<> awaits_nothing_more(scheduler& s, std::stop_token stop) {
  co_await s.sleep_for(1s);
  try {
    co_await step(s, stop);
  } catch (...) {
  }
}
// It says that it knows what it ends.
task<> ends_it_knowingly(scheduler& s, std::stop_token stop) {
  try {
    co_await step(s, stop);
  } catch (const operation_cancelled&) {
  }
  co_await s.sleep_for(1s);  // says goodbye
}

TEST(Honoured, ACatchAllThatGoesOnSwallowsIt) {
  const finding f = only_finding(cancelled(goes_on));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(f.explanation, HasSubstr("this handler in goes_on() ended the cancellation"));
  EXPECT_THAT(cancelled(passes_it_on), cofault::SurvivesEveryFault());
  EXPECT_THAT(cancelled(awaits_nothing_more), cofault::SurvivesEveryFault());
  EXPECT_THAT(cancelled(ends_it_knowingly), cofault::SurvivesEveryFault());
}

// ---- a loop goes on

task<> polls(scheduler& s, std::stop_token stop) {
  for (int i = 0; i < 3; ++i) {
    try {
      co_await sleeping(s, stop, 1s, listening::only_under_way);
    } catch (const operation_cancelled&) {  // guilty
    }
  }
}
task<> polls_until_cancelled(scheduler& s, std::stop_token stop) {
  try {
    for (int i = 0; i < 3; ++i) co_await sleeping(s, stop, 1s);
  } catch (const operation_cancelled&) {
  }
}

TEST(Honoured, ALoopThatComesBackSwallowsIt) {
  const exploration result = cancelled(polls);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_THAT(result.findings[0].report, blames("guilty"));
  EXPECT_THAT(cancelled(polls_until_cancelled), cofault::SurvivesEveryFault());
}

// ---- turned into a value

task<int> reads_or_zero(scheduler& s, std::stop_token stop) {
  try {
    co_await step(s, stop);
    co_return 7;
  } catch (...) {  // guilty
    co_return 0;
  }
}
task<> uses_what_was_read(scheduler& s, std::stop_token stop) {
  const int amount = co_await reads_or_zero(s, stop);
  co_await s.sleep_for(std::chrono::seconds(1 + amount));
}
task<> uses_it_last(scheduler& s, std::stop_token stop) {
  co_await s.sleep_for(1s);
  co_await reads_or_zero(s, stop);
}

TEST(Honoured, ItMustNotBecomeAValueThatIsUsed) {
  const finding f = only_finding(cancelled(uses_what_was_read));
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(f.explanation, HasSubstr("a result was returned as if all were well"));
  EXPECT_THAT(cancelled(uses_it_last), cofault::SurvivesEveryFault());
}

// ---- within the budget

// Its service never listens: it goes on for ever, tick by tick.
task<> ticks(scheduler& s, std::stop_token stop) {
  int left = 5;
  while (left > 0) {
    co_await s.sleep_for(1s);            // guilty
    if (!stop.stop_requested()) --left;  // once it is cancelled nothing counts any more
  }
}
task<> ticks_until_stopped(scheduler& s, std::stop_token stop) {
  for (int left = 5; left > 0 && !stop.stop_requested(); --left) co_await s.sleep_for(1s);
}

TEST(Honoured, TheRootMustComeToItsEnd) {
  const finding f = only_finding(cancelled(ticks, cancelling(cofault::options().visits(100))));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.explanation, HasSubstr("still goes on here"));
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(cancelled(ticks_until_stopped), cofault::SurvivesEveryFault());
}

// ---- it spins, or waits for what nobody will do

task<> spins(scheduler& s, std::stop_token stop) {
  for (bool done = false; !done;) {
    try {
      co_await sleeping(s, stop, 1s);
      done = true;
    } catch (...) {  // guilty
    }
  }
}

task<> tries_three_times(scheduler& s, std::stop_token stop) {
  for (int attempt = 1;; ++attempt) {
    try {
      co_await sleeping(s, stop, 1s);
      co_return;
    } catch (const std::exception&) {
      if (attempt == 3) throw;
    }
  }
}

TEST(Honoured, ALoopAroundACatchAllSpins) {
  const finding f = only_finding(cancelled(spins, cancelling(cofault::options().visits(100))));
  EXPECT_EQ(f.property, "no coroutine spins for ever");
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(cancelled(tries_three_times), cofault::SurvivesEveryFault());
}

// ---- what is meant so

task<> declared(scheduler& s, std::stop_token stop) {
  try {
    co_await step(s, stop);
  } catch (...) {  // cofault: deliberate, it has to be tried
  }
  co_await s.sleep_for(1s);
}

TEST(Honoured, ItCanBeDeclared) { EXPECT_THAT(cancelled(declared), cofault::SurvivesEveryFault()); }

}  // namespace
