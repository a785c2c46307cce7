// SPDX-License-Identifier: BSL-1.0
// The actions for Asio's awaitables.
#include "actions.hpp"
#include "cofault/property/assertions.hpp"
#include "net.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

struct awaitable {
  template <class T>
  using task = net::awaitable<T>;
  using place = net::any_io_executor;
};

COFAULT_ACTION_TESTS(AwaitableAction, awaitable)

using mock = testing::NiceMock<support::mock_database<awaitable>>;

// An awaitable has a default value, which nobody can await.
TEST(AwaitableAction, ACallTooManyIsOneFailureThatTellsWhichCall) {
  const auto body = [](net::any_io_executor) -> net::awaitable<void> {
    const auto db = std::make_shared<mock>();
    EXPECT_CALL(*db, post_order(1)).Times(testing::AtMost(1)).WillRepeatedly(cofault::CoReturn());
    bool failed = false;
    try {
      co_await db->post_order(1);
    } catch (const net::system_error&) {
      failed = true;
    }
    if (failed) co_await db->post_order(1);
  };
  const auto result = explore(body, cofault::options().judge(cofault::properties::assertions()));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_THAT(result.findings[0].report,
              testing::AllOf(testing::HasSubstr("more times than expected"),
                             testing::HasSubstr("Function call: post_order(1)")));
}

struct clock_mock {
  MOCK_METHOD(net::awaitable<int>, now, ());
};

TEST(AwaitableAction, ACallWithoutAnActionIsAnError) {
  const auto body = [](net::any_io_executor) -> net::awaitable<void> {
    const auto clock = std::make_shared<testing::NiceMock<clock_mock>>();
    static_cast<void>(co_await clock->now());
  };
  EXPECT_THAT(cofault::explore(body).error,
              testing::AllOf(testing::HasSubstr("asio_actions_test.cpp:"),
                             testing::HasSubstr("awaits an empty awaitable"),
                             testing::HasSubstr("a mocked method without an action")));
}

}  // namespace
