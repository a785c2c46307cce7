// SPDX-License-Identifier: BSL-1.0
// What cannot be cancelled says so: a pass would mean nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../support/cancellable.hpp"
#include "cofault/cancel.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/plan.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace support;
using cofault::options;
using cofault::scheduler;
using testing::HasSubstr;

options cancelling() { return options().inject(cofault::inject::cancel()); }

task<> sleeps(scheduler& s) {
  co_await s.sleep_for(1s);
  co_await s.sleep_for(1s);
}

TEST(BadCancel, ARootThatCannotBeCancelled) {
  EXPECT_THAT(cofault::explore(sleeps, cancelling()).error,
              HasSubstr("the root cannot be cancelled"));
}

TEST(BadCancel, NothingListens) {
  const auto result = cofault::explore(
      [](scheduler& s) {
        cofault::on_cancel([] {});
        return sleeps(s);
      },
      cancelling());
  EXPECT_THAT(result.error, HasSubstr("cancellations of the root had any effect"));
}

TEST(BadCancel, NoMomentAtAll) {
  const auto result = cofault::explore(
      sleeps, options().inject(cofault::inject::cancel(std::initializer_list<cofault::moment>{})));
  EXPECT_THAT(result.error, HasSubstr("can take any of the faults"));
}

TEST(BadCancel, APlanThatCannotBe) {
  for (const char* text : {"root=throw:eof", "root=cancel:running", "a.cpp:f+0=cancel:start",
                           "a.cpp:f+0=cancel", "a.cpp:f+0=cancel:sometimes",
                           "a.cpp:f+0=cancel-terminal:running",
                           "a.cpp:f+0=stop:", "a.cpp:f+0=cancel:running*"})
    EXPECT_THROW(cofault::parse_plan(text), cofault::bad_plan) << text;
}

TEST(BadCancel, PlansHaveATextAndBack) {
  for (const char* text :
       {"root=cancel:start", "root=cancel-total:end", "@12=cancel:running",
        "@12=cancel-partial:suspended", "@12/2.3=cancel-child:due",
        "@12=cancel-child-total:late", "@12=stop:running", "@12=destroy:late",
        "@12=cancel:suspended;@13=cancel:suspended"})
    EXPECT_EQ(encode(cofault::parse_plan(text)), text);
}

TEST(BadCancel, AMomentThatDoesNotComeIsNotReached) {
  // What never suspends cannot be cancelled while it is suspended.
  const auto body = [](scheduler& s) {
    cofault::on_cancel([] {});
    return [](scheduler&) -> task<> { co_await std::suspend_never(); }(s);
  };
  cofault::explore(body, options().inject(cofault::inject::cancel()));
  const auto result = cofault::explore(
      body,
      options().replay("bad_cancel_test.cpp:BadCancel_AMomentThatDoesNotComeIsNotReached_Test::"
                       "TestBody::lambda::lambda+0=cancel:suspended"));
  EXPECT_THAT(result.error, HasSubstr("was not reached"));
}

TEST(BadCancel, ARootThatNeverEndsIsNotCancelledBehindItsEnd) {
  const auto body = [](scheduler& s) {
    cofault::on_cancel([] {});
    return [](scheduler& t) -> task<> { co_await t.sleep_for(std::chrono::hours::max()); }(s);
  };
  const auto result = cofault::explore(body, options().inject(cofault::inject::cancel()));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, "nothing waits for ever");
  EXPECT_TRUE(result.findings[0].smallest.empty());
  EXPECT_EQ(result.unreached, 0u);
}

}  // namespace
