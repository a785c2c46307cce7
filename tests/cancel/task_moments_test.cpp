// SPDX-License-Identifier: BSL-1.0
// Each moment of a cancellation, on a task that listens to a stop token: the trace shows that it
// came there, and a correct program has no finding at any.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "../support/task_cancelling.hpp"
#include "cofault/gtest.hpp"
#include "cofault/run.hpp"
#include "cofault/site.hpp"

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

TEST(TaskMoments, ACorrectProgramHasNoFindingAtAnyMoment) {
  EXPECT_THAT(cofault::explore(naps<listening::posted>, cancelling()),
              cofault::SurvivesEveryFault());
  EXPECT_THAT(cofault::explore(naps<listening::inline_>, cancelling()),
              cofault::SurvivesEveryFault());
}

}  // namespace
