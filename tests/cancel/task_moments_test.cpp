// SPDX-License-Identifier: BSL-1.0
// Each moment of a cancellation, on a task that listens to a stop token: the trace shows that it
// came there, and a program that is wrong at that moment is found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../support/cancellable.hpp"
#include "../support/exploring.hpp"
#include "cofault/cancel.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/run.hpp"
#include "cofault/site.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace support;
using cofault::event_kind;
using cofault::moment;
using cofault::options;
using cofault::scheduler;
using testing::ElementsAre;
using testing::HasSubstr;

task<> nap(scheduler& s, std::stop_token stop, listening how = listening::posted) {
  co_await sleeping(s, stop, 1s, how);
}

// The body registers how it is cancelled before its root is started.
template <listening How>
task<> naps(scheduler& s) {
  const std::stop_source stop;
  cofault::on_cancel(stop);
  return [](scheduler& t, std::stop_token token) -> task<> {
    co_await nap(t, token, How);
    co_await nap(t, token, How);
  }(s, stop.get_token());
}

cofault::driver_factory driving(task<> (*body)(scheduler&)) {
  return [body] {
    return std::make_unique<cofault::detail::scheduler_driver>(
        [body](scheduler& s) { return cofault::detail::await_root(body(s)); });
  };
}

// What happened around the request: the kinds of event from the struck coroutine's last one before
// it.
std::vector<event_kind> around_the_request(const std::string& plan) {
  const auto body = driving(naps<listening::posted>);
  const options how = options().cancellation<operation_cancelled>();
  cofault::run(body, {}, how);
  const cofault::outcome out = cofault::run(body, cofault::parse_plan(plan), how);
  EXPECT_EQ(out.reached, 1u) << plan;
  const auto trace = out.trace();
  std::size_t at = 0;
  while (at < trace.size() && trace[at].kind != event_kind::cancelling) ++at;
  std::vector<event_kind> kinds;
  for (std::size_t i = at > 2 ? at - 2 : 0; i < trace.size() && i < at + 3; ++i)
    kinds.push_back(trace[i].kind);
  return kinds;
}

const std::string nap_site = "task_moments_test.cpp:nap+0=cancel:";

TEST(TaskMoments, TheTraceShowsWhenTheRequestCame) {
  using enum event_kind;
  cofault::sites::recount();
  // Arrived, and not suspended.
  EXPECT_THAT(around_the_request(nap_site + "running"),
              ElementsAre(arrived, faulted, cancelling, cancelled, testing::_));
  EXPECT_THAT(around_the_request(nap_site + "suspended"),
              ElementsAre(suspended, faulted, cancelling, cancelled, resumed));
  // The clock has moved, and the first step is the cancelled operation's: nothing ran in between.
  EXPECT_THAT(around_the_request(nap_site + "due"),
              ElementsAre(jumped, faulted, cancelling, cancelled, resumed));
  EXPECT_THAT(around_the_request(nap_site + "late"),
              ElementsAre(jumped, faulted, cancelling, cancelled, resumed));
  EXPECT_THAT(around_the_request(nap_site + "resumed"),
              ElementsAre(resumed, faulted, cancelling, cancelled, testing::_));
  EXPECT_THAT(around_the_request("root=cancel:end"),
              testing::IsSupersetOf({root_returned, cancelling, cancelled}));
}

TEST(TaskMoments, BeforeTheFirstStepNothingHasRun) {
  const auto body = driving(naps<listening::posted>);
  cofault::run(body, {}, options());
  const cofault::outcome out =
      cofault::run(body, cofault::parse_plan("root=cancel:start"), options());
  for (const cofault::event& e : out.trace()) {
    if (e.kind == event_kind::cancelling) break;
    EXPECT_NE(e.kind, event_kind::started);
  }
  EXPECT_EQ(out.reached, 1u);
}

TEST(TaskMoments, DueAndLateDifferInWhoIsFirst) {
  // Late the operation is complete: the nap ends as it would have, and the next one is cancelled.
  const auto body = driving(naps<listening::posted>);
  const options how = options().cancellation<operation_cancelled>();
  const auto end_of_first_nap = [&](const std::string& when) {
    cofault::run(body, {}, how);
    const auto out = cofault::run(body, cofault::parse_plan(nap_site + when), how);
    for (const cofault::event& e : out.trace()) {
      if (e.kind == event_kind::returned) return "returned";
      if (e.kind == event_kind::failed) return "cancelled";
    }
    return "nothing";
  };
  EXPECT_STREQ(end_of_first_nap("suspended"), "cancelled");
  EXPECT_STREQ(end_of_first_nap("due"), "cancelled");
  EXPECT_STREQ(end_of_first_nap("resumed"), "returned");
}

TEST(TaskMoments, InlineWithinTheRequestItself) {
  const auto body = driving(naps<listening::inline_>);
  const options how = options().cancellation<operation_cancelled>();
  cofault::run(body, {}, how);
  const auto out = cofault::run(body, cofault::parse_plan(nap_site + "suspended"), how);
  bool within = false, resumed = false;
  for (const cofault::event& e : out.trace()) {
    if (e.kind == event_kind::cancelling) within = true;
    if (e.kind == event_kind::cancelled) within = false;
    if (e.kind == event_kind::resumed && within) resumed = true;
  }
  EXPECT_TRUE(resumed);
}

// ---- pairs: a program that is wrong at a moment, and its fixed twin

options cancelling(std::initializer_list<moment> when) {
  return options().inject(cofault::inject::cancel(when)).cancellation<operation_cancelled>();
}
options cancelling() {
  return options().inject(cofault::inject::cancel()).cancellation<operation_cancelled>();
}

TEST(TaskMoments, ACorrectProgramHasNoFindingAtAnyMoment) {
  EXPECT_THAT(cofault::explore(naps<listening::posted>, cancelling()),
              cofault::SurvivesEveryFault());
  EXPECT_THAT(cofault::explore(naps<listening::inline_>, cancelling()),
              cofault::SurvivesEveryFault());
}

// The operation does not see a request that came before it was started.
TEST(TaskMoments, BetweenTwoAwaitsItIsLost) {
  const auto result = cofault::explore(naps<listening::only_under_way>, cancelling());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, "every cancellation is honoured");
  EXPECT_THAT(result.findings[0].report, HasSubstr("co_await sleeping(s, stop, 1s, how);"));
  EXPECT_THAT(result.findings[0].explanation, HasSubstr("between two awaits is lost"));
}

// Without a guard a cancellation leaves the gate occupied.
template <bool Guarded>
task<> passes(scheduler& s, std::stop_token stop) {
  struct guard {
    std::uint32_t lease = cofault::acquired("the gate");
    ~guard() { cofault::released(lease); }
  };
  if constexpr (Guarded) {
    const guard held;
    co_await sleeping(s, stop, 1s);
  } else {
    const std::uint32_t lease = cofault::acquired("the gate");
    co_await sleeping(s, stop, 1s);  // guilty
    cofault::released(lease);
  }
}
template <bool Guarded>
task<> through_the_gate(scheduler& s) {
  const std::stop_source stop;
  cofault::on_cancel(stop);
  return passes<Guarded>(s, stop.get_token());
}

TEST(TaskMoments, WhatWasAcquiredIsReleasedWhereverItIsCancelled) {
  for (const moment when : {moment::running, moment::suspended, moment::due}) {
    const auto result = cofault::explore(through_the_gate<false>, cancelling({when}));
    ASSERT_EQ(result.findings.size(), 1u) << describe(result);
    EXPECT_EQ(result.findings[0].property, "what is acquired is released");
    EXPECT_THAT(result.findings[0].report, HasSubstr("// guilty"));
    EXPECT_THAT(cofault::explore(through_the_gate<true>, cancelling({when})),
                cofault::SurvivesEveryFault());
  }
}

// A stop source knows one request only; this one can be asked again, as a second signal would.
struct signals {
  std::stop_source first, second;
  int asked = 0;
};

template <bool Shielded>
task<> flushes_twice_cancelled(scheduler& s) {
  const auto sources = std::make_shared<signals>();
  cofault::on_cancel(
      [sources] { (++sources->asked == 1 ? sources->first : sources->second).request_stop(); });
  return [](scheduler& t, std::shared_ptr<signals> from) -> task<> {
    const std::uint32_t lease = cofault::acquired("the journal");
    std::exception_ptr error;
    try {
      co_await sleeping(t, from->first.get_token(), 1s);
    } catch (...) {
      error = std::current_exception();
    }
    const std::stop_token stop = Shielded ? std::stop_token() : from->second.get_token();
    co_await sleeping(t, stop, 1ms);  // cleaning up
    cofault::released(lease);
    if (error) std::rethrow_exception(error);
  }(s, sources);
}

TEST(TaskMoments, ASecondOneDuringCleanUp) {
  const auto result =
      cofault::explore(flushes_twice_cancelled<false>, cancelling({moment::suspended}));
  const auto leaks = about(result, "what is acquired is released");
  ASSERT_EQ(leaks.size(), 1u) << describe(result);
  EXPECT_EQ(leaks[0].smallest.size(), 2u) << leaks[0].report;
  EXPECT_THAT(leaks[0].report, HasSubstr("the root is cancelled while it is suspended"));
  EXPECT_THAT(cofault::explore(flushes_twice_cancelled<true>, cancelling({moment::suspended})),
              cofault::SurvivesEveryFault());
}

// After its completion a cancellation must find nothing to stop.
struct session {
  bool open = true;
  void stop() { EXPECT_TRUE(open) << "stopped a session that is closed"; }
};

template <bool Asks>
task<> serves(scheduler& s) {
  const auto mine = std::make_shared<session>();
  cofault::on_cancel([mine] {
    if (mine->open || !Asks) mine->stop();
  });
  return [](scheduler& t, std::shared_ptr<session> served) -> task<> {
    co_await t.sleep_for(1s);
    served->open = false;
  }(s, mine);
}

TEST(TaskMoments, AfterTheCompletion) {
  const auto result = cofault::explore(serves<false>, cancelling({moment::end}));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(encode(result.findings[0].smallest), "root=cancel:end");
  EXPECT_THAT(cofault::explore(serves<true>, cancelling({moment::end})),
              cofault::SurvivesEveryFault());
}

}  // namespace
