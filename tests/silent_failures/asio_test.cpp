// SPDX-License-Identifier: BSL-1.0
// Those of the silent failures of which Boost.Asio has the notion, twice each. It has no handle
// that keeps an exception (S2, S5, S6), no boundary that knows its children (S7, S8) and no shield
// (S10).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <chrono>
#include <memory>

#include "blamed.hpp"
#include "cofault/boost_asio.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/property/resources.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace boost::asio::experimental::awaitable_operators;
using boost::asio::awaitable;
using boost::asio::use_awaitable;
using cofault::SurvivesEveryFault;
using support::awaited;
using support::blamed;
using support::surfacing;
using testing::HasSubstr;

cofault::exploration explore(awaitable<void> (*program)(),
                             const cofault::options& how = cofault::options()) {
  return cofault::explore([program](auto) { return program(); }, how);
}

awaitable<void> sleep(std::chrono::milliseconds d) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}
awaitable<void> step() { co_await sleep(1ms); }

// ---- S1: never awaited

awaitable<void> s1_pitfall() {
  co_await step();
  static_cast<void>(step());  // to blame
}
awaitable<void> s1_right() {
  co_await step();
  co_await step();
}

TEST(SilentFailuresAsio, S1NeverAwaited) {
  const auto found = explore(s1_pitfall);
  EXPECT_THAT(blamed(found, awaited), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s1_right), SurvivesEveryFault());
}

// ---- S3: fire and forget

awaitable<void> s3_pitfall() {
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, step(), boost::asio::detached);  // to blame
  co_await sleep(1s);
}
awaitable<void> s3_right() {
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto error = std::make_shared<std::exception_ptr>();
  boost::asio::co_spawn(executor, step(), [error](std::exception_ptr e) { *error = e; });
  co_await sleep(1s);
  if (*error) std::rethrow_exception(*error);
}

TEST(SilentFailuresAsio, S3FireAndForget) {
  const auto found = explore(s3_pitfall);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s3_right), SurvivesEveryFault());
}

// ---- S4: a join that drops what one side failed with

awaitable<void> s4_pitfall() {
  co_await (step() || sleep(1s));  // to blame: || keeps no exception if the other side succeeds
}
awaitable<void> s4_right() { co_await (step() && sleep(1s)); }

TEST(SilentFailuresAsio, S4Join) {
  const auto found = explore(s4_pitfall);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s4_right), SurvivesEveryFault());
}

// ---- S9: a cancellation arrives at an await

template <bool Raii>
awaitable<void> s9() {
  struct lease {
    std::uint32_t number = cofault::acquired("a lease");
    ~lease() { cofault::released(number); }
  };
  const auto holds = []() -> awaitable<void> {
    if constexpr (Raii) {
      const lease held;
      co_await sleep(1h);
    } else {
      const auto number = cofault::acquired("a lease");
      co_await sleep(1h);
      cofault::released(number);
    }
  };
  co_await (holds() || sleep(1s));
}

TEST(SilentFailuresAsio, S9CancellationAndResources) {
  const auto how = cofault::options().judge(cofault::properties::resources());  // || drops errors
  const auto found = explore(s9<false>, how);
  ASSERT_FALSE(found.findings.empty());
  EXPECT_TRUE(found.findings[0].smallest.empty()) << "in the run without faults";
  EXPECT_EQ(found.findings[0].property, "what is acquired is released");
  EXPECT_THAT(explore(s9<true>, how), SurvivesEveryFault());
}

// ---- S11: a catch-all eats the cancellation

template <bool Rethrows>
awaitable<void> s11() {
  try {
    co_await step();
  } catch (...) {  // to blame
    if (Rethrows) throw;
  }
  co_await step();
}

TEST(SilentFailuresAsio, S11CatchAllEatsTheCancellation) {
  const auto cancels = cofault::options().inject(cofault::inject::throwing(
      boost::system::system_error(boost::asio::error::operation_aborted)));
  const auto found = explore(s11<false>, cancels);
  EXPECT_THAT(blamed(found, surfacing), HasSubstr("to blame")) << describe(found);
  EXPECT_THAT(explore(s11<true>, cancels), SurvivesEveryFault());
}

// ---- S12: nothing was thrown

awaitable<void> s12_no_await() { co_return; }

TEST(SilentFailuresAsio, S12NothingWasThrown) {
  EXPECT_THAT(explore(s12_no_await).error, HasSubstr("no await point"));
  const auto found =
      explore(s1_right, cofault::options().replay("asio_test.cpp:elsewhere+0=throw:failed"));
  EXPECT_THAT(found.error, HasSubstr("was not reached"));
}

}  // namespace
