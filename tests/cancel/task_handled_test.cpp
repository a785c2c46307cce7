// SPDX-License-Identifier: BSL-1.0
// What may come behind a handler that has ended a cancellation, on a task that listens to a stop
// token: each mistake and its correct neighbour.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "../support/detached.hpp"
#include "../support/task_cancelling.hpp"
#include "../support/unseen.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/gtest.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace support;
using cofault::finding;
using cofault::scheduler;
using cofault::SurvivesEveryFault;

// ---- who waits hears of it in other words

template <bool Tells>
task<> cleans_up_first(scheduler& s, std::stop_token stop) {
  bool failed = false;
  try {
    co_await sleeping(s, stop, 1s);
  } catch (...) {  // guilty
    failed = true;
  }
  for (int i = 0; i < 2; ++i) co_await s.sleep_for(1s);
  if (Tells && failed) throw std::runtime_error("gave up");
}

TEST(Handled, ItMayBeToldByAnotherException) {
  const finding f = only_finding(cancelled(cleans_up_first<false>));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(cancelled(cleans_up_first<true>), SurvivesEveryFault());
}

// ---- a library's coroutine, which nobody sees, ends it for what was spawned: whoever did that is
// not the one who handles

unseen spawn(task<> work) {
  try {
    co_await std::move(work);
  } catch (...) {
    cofault::reported();
  }
}

task<> audits(scheduler& s, std::stop_token stop) { co_await sleeping(s, stop, 1s); }

template <bool Awaits>
task<> is_audited(scheduler& s, std::stop_token stop) {
  co_await s.sleep_for(1s);
  if (!Awaits) spawn(audits(s, stop));
  if (Awaits) try {
      co_await audits(s, stop);
    } catch (...) {  // guilty
    }
  for (int i = 0; i < 2; ++i) co_await s.sleep_for(1s);
}

TEST(Handled, WhatIsSpawnedMayEndWithoutThePlacesThatSpawnIt) {
  const finding f = only_finding(cancelled(is_audited<true>));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(cancelled(is_audited<false>), SurvivesEveryFault());
}

// ---- a loop that ends it, and then counts no more

template <bool Counts>
task<> counts(scheduler& s, std::stop_token stop) {
  for (int left = 5; left > 0;) {
    try {
      co_await sleeping(s, stop, 1s, listening::only_under_way);
    } catch (...) {  // guilty
    }
    if (Counts || !stop.stop_requested()) --left;
  }
}

TEST(Handled, WhatIsWrongIsTheHandlerAndNotTheAwaitThatItComesBackTo) {
  const auto when = cancelling({cofault::moment::suspended}).visits(100);
  for (const auto program : {counts<false>, counts<true>}) {
    const finding f = only_finding(cancelled(program, when));
    EXPECT_EQ(f.property, "every cancellation is honoured");
    EXPECT_THAT(f.report, blames("guilty"));
  }
}

// ---- what it goes on with never comes to an end

struct never : std::suspend_always {};

template <bool WaitsOn>
task<> waits_on(scheduler& s, std::stop_token stop) {
  bool cut_short = false;
  try {
    co_await sleeping(s, stop, 1s);
  } catch (...) {  // guilty
    cut_short = true;
  }
  if (WaitsOn && cut_short) co_await never();
}

TEST(Handled, WhatIsWrongIsTheHandlerAndNotWhereItWaitsThen) {
  const finding f = only_finding(cancelled(waits_on<true>));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(cancelled(waits_on<false>), SurvivesEveryFault());
}

// ---- a loop around a coroutine that knows what it ends

task<> ends_knowingly(scheduler& s, std::stop_token stop, listening when) {
  try {
    co_await sleeping(s, stop, 1s, when);
  } catch (const operation_cancelled&) {  // guilty
  }
}
task<> calls_it_thrice(scheduler& s, std::stop_token stop) {
  for (int i = 0; i < 3; ++i) co_await ends_knowingly(s, stop, listening::only_under_way);
}
task<> calls_it_once(scheduler& s, std::stop_token stop) {
  co_await ends_knowingly(s, stop, listening::posted);
  co_await s.sleep_for(1s);  // says goodbye
}

TEST(Handled, ALoopThatComesBackToWhoEndsItSwallowsIt) {
  const auto result = cancelled(calls_it_thrice);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings[0].property, "every cancellation is honoured");
  EXPECT_THAT(result.findings[0].report, blames("guilty"));
  EXPECT_THAT(cancelled(calls_it_once), SurvivesEveryFault());
}

// ---- the root's own chain is what had ended when the root completed, whoever ends later

detached runs_later() { co_await std::suspend_never(); }

template <bool Passes>
task<> goes_on_before_a_probe(scheduler& s, std::stop_token stop) {
  cofault::detail::add_probe([](const cofault::detail::probe_done& done) {
    runs_later();
    done(cofault::detail::probe_result::passed);
  });
  try {
    co_await sleeping(s, stop, 1s);
  } catch (...) {  // guilty
    if (Passes) throw;
  }
  co_await s.sleep_for(1s);
}

TEST(Handled, WhoRunsBehindTheRootIsNotTakenForIt) {
  const finding f = only_finding(cancelled(goes_on_before_a_probe<false>));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(cancelled(goes_on_before_a_probe<true>), SurvivesEveryFault());
}

// ---- an operation that is not begun any more says so in its own words

template <bool Refuses>
struct request : sleeping {
  request(scheduler& s, std::stop_token stop)
      : sleeping(s, stop, 1s, listening::only_under_way), stopped(std::move(stop)) {}
  bool await_ready() const {
    if (Refuses && stopped.stop_requested()) throw std::runtime_error("closed");
    return false;
  }
  std::stop_token stopped;
};
template <bool Refuses>
task<> requests(scheduler& s, std::stop_token stop) {
  co_await s.sleep_for(1s);
  co_await request<Refuses>(s, stop);  // guilty
}

TEST(Handled, WhatIsRefusedIsNotLost) {
  const auto result = cancelled(requests<false>);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_THAT(result.findings[0].explanation, testing::HasSubstr("between two awaits is lost"));
  EXPECT_THAT(result.findings[0].report, blames("guilty"));
  EXPECT_THAT(cancelled(requests<true>), SurvivesEveryFault());
}

// ---- nothing listens to it, but something else is wrong

template <bool Leaks>
task<> does_not_listen(scheduler& s, std::stop_token) {
  const std::uint32_t lease = cofault::acquired("a lease");
  co_await s.sleep_for(1s);
  if (!Leaks) cofault::released(lease);
}

TEST(Handled, WhatIsFoundIsToldAlsoWhereNothingListens) {
  const finding f = only_finding(cancelled(does_not_listen<true>));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(cancelled(does_not_listen<false>).error,
              testing::HasSubstr("nothing in it listens to them"));
}

}  // namespace
