// SPDX-License-Identifier: BSL-1.0
// A mocked asynchronous interface and its user, written once for every coroutine type. `Type` has
// task<T>, and place, what the body of an exploration receives.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "../support/exploring.hpp"
#include "cofault/clock.hpp"
#include "cofault/event.hpp"
#include "cofault/fault_free.hpp"
#include "cofault/gmock.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/property/surfacing.hpp"
#include "cofault/site.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

template <class Type>
struct database {
  template <class T>
  using task = typename Type::template task<T>;

  virtual ~database() = default;
  virtual task<std::string> query(std::string statement) = 0;
  virtual task<void> post_order(int number) = 0;
  virtual task<std::unique_ptr<int>> openSession() = 0;
};

template <class Type>
struct mock_database : database<Type> {
  template <class T>
  using task = typename Type::template task<T>;

  MOCK_METHOD(task<std::string>, query, (std::string), (override));
  MOCK_METHOD(task<void>, post_order, (int), (override));
  MOCK_METHOD(task<std::unique_ptr<int>>, openSession, (), (override));
};

struct refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The code under test.
template <class Type>
typename Type::template task<std::string> order(database<Type>& db) {
  const std::unique_ptr<int> session = co_await db.openSession();
  co_await db.post_order(*session);
  std::string rows = co_await db.query("select " + std::to_string(*session));
  co_return rows;
}

// The same, with a handler that forgets what it caught.
template <class Type>
typename Type::template task<void> careless(database<Type>& db) {
  try {
    co_await db.post_order(1);
  } catch (const std::exception&) {
  }
}

// The operations of all await points of user code in the run without faults, in order.
struct operations : cofault::property {
  std::string_view name() const override { return "no operation is seen"; }
  cofault::kind_set needs() const override { return ~cofault::kind_set{0}; }
  void judge(const cofault::outcome& what, std::vector<cofault::violation>& out) const override {
    if (what.reached != 0) return;
    std::string text;
    for (const cofault::event& e : what.trace())
      if (e.kind == cofault::event_kind::arrived && (e.value & cofault::await_user) != 0)
        text.append(cofault::sites::site(e.site).operation).append(" ");
    out.push_back({0, 0, text});
  }
};

// Keeps the mock alive as long as the coroutine that uses it.
template <class Type>
using shared_mock = std::shared_ptr<testing::NiceMock<mock_database<Type>>>;

template <class Type>
shared_mock<Type> friendly_mock() {
  using namespace std::chrono_literals;
  auto db = std::make_shared<testing::NiceMock<mock_database<Type>>>();
  EXPECT_CALL(*db, openSession()).WillOnce(cofault::CoReturn(std::make_unique<int>(7)));
  EXPECT_CALL(*db, post_order(7)).WillOnce(cofault::CoReturnAfter(1h));
  EXPECT_CALL(*db, query("select 7")).WillOnce(cofault::CoReturnAfter(20min, "seven rows"));
  return db;
}

template <class Type>
void each_call_is_an_await_point_under_its_methods_name() {
  using place = typename Type::place;
  const auto body = [](place) -> typename Type::template task<void> {
    const auto db = friendly_mock<Type>();
    EXPECT_EQ(co_await order<Type>(*db), "seven rows");
    EXPECT_EQ(cofault::virtual_clock::now(),
              std::chrono::nanoseconds(std::chrono::minutes(80)).count());
  };
  const auto seen = explore(body, cofault::options().judge(operations()));
  ASSERT_EQ(seen.findings.size(), 1u) << describe(seen);
  EXPECT_THAT(seen.findings[0].explanation,
              testing::HasSubstr("openSession() post_order() query() "));
  EXPECT_TRUE(seen.failures.empty()) << describe(seen);
  EXPECT_EQ(seen.points, 3u) << "what the actions await themselves gets no faults";
}

template <class Type>
void a_call_gets_faults() {
  using place = typename Type::place;
  const auto body = [](place) -> typename Type::template task<void> {
    const auto db = std::make_shared<testing::NiceMock<mock_database<Type>>>();
    ON_CALL(*db, post_order).WillByDefault(cofault::CoReturn());
    co_await careless<Type>(*db);
  };
  const auto swallowed = cofault::options().judge(cofault::properties::surfacing());
  for (const auto& how :
       {swallowed, swallowed.inject(cofault::inject::throwing(refused("no"))),
        swallowed.inject(cofault::inject::only(cofault::inject::usual(),
                                               cofault::inject::operation("post_order")))}) {
    const auto result = explore(body, how);
    ASSERT_EQ(result.findings.size(), 1u) << describe(result);
    EXPECT_THAT(result.findings[0].report, testing::HasSubstr("post_order() throws "));
    EXPECT_THAT(result.findings[0].report,
                testing::HasSubstr("instead of running, in support::careless()"));
  }
}

template <class Type>
void a_call_throws_what_it_is_told_to() {
  using place = typename Type::place;
  const auto body = [](place) -> typename Type::template task<void> {
    const auto db = std::make_shared<testing::NiceMock<mock_database<Type>>>();
    ON_CALL(*db, query).WillByDefault(cofault::CoThrow(refused("not today")));
    ON_CALL(*db, openSession).WillByDefault(cofault::CoReturn(std::make_unique<int>(7)));
    ON_CALL(*db, post_order).WillByDefault(cofault::CoReturn());
    std::string what;
    try {
      co_await order<Type>(*db);
    } catch (const refused& e) {
      what = e.what();
    }
    if (cofault::fault_free()) {
      EXPECT_EQ(what, "not today");
    }
  };
  const auto result = explore(body, cofault::options().judge(cofault::properties::progress()));
  EXPECT_THAT(result, cofault::SurvivesEveryFault());
  EXPECT_EQ(result.points, 3u);
}

template <class Type>
void a_call_never_returns() {
  using place = typename Type::place;
  const auto body = [](place) -> typename Type::template task<void> {
    const auto db = std::make_shared<testing::NiceMock<mock_database<Type>>>();
    ON_CALL(*db, post_order).WillByDefault(cofault::CoNeverReturns());
    co_await careless<Type>(*db);
  };
  const auto result = explore(body, cofault::options().judge(cofault::properties::progress()));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_TRUE(result.findings[0].smallest.empty()) << describe(result);
  EXPECT_THAT(result.findings[0].report, testing::HasSubstr("co_await db.post_order(1);"));
}

}  // namespace support

#define COFAULT_ACTION_TESTS(Suite, Type)                                                       \
  TEST(Suite, EachCallIsAnAwaitPointUnderItsMethodsName) {                                      \
    support::each_call_is_an_await_point_under_its_methods_name<Type>();                        \
  }                                                                                             \
  TEST(Suite, ACallGetsFaults) { support::a_call_gets_faults<Type>(); }                         \
  TEST(Suite, ACallThrowsWhatItIsToldTo) { support::a_call_throws_what_it_is_told_to<Type>(); } \
  TEST(Suite, ACallNeverReturns) { support::a_call_never_returns<Type>(); }
