// SPDX-License-Identifier: BSL-1.0
// A completion handler that throws: whoever calls run() gets the exception.
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>

#include "cofault/inject/selector.hpp"
#include "cofault/property/surfacing.hpp"
#include "net.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using net::awaitable;
using net::use_awaitable;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using values = net::channel<void(net::error_code, int)>;

// Only the session fails.
cofault::options escaping() {
  namespace p = cofault::properties;
  return cofault::options()
      .inject(cofault::inject::only(cofault::inject::usual(), cofault::inject::in("session")))
      .judge(p::progress(), p::surfacing());
}

awaitable<void> session(std::shared_ptr<values> box) {
  net::steady_timer timer(co_await net::this_coro::executor, 1s);
  co_await timer.async_wait(use_awaitable);
  box->try_send(net::error_code(), 1);
}

struct rethrows {
  void operator()(std::exception_ptr error) const {
    if (error) std::rethrow_exception(error);
  }
};

template <class Handler>
awaitable<void> waits_for_its_session() {
  const auto executor = co_await net::this_coro::executor;
  const auto box = std::make_shared<values>(executor, 1);
  net::co_spawn(executor, session(box), Handler());
  co_await box->async_receive(use_awaitable);
}

template <class Handler>
awaitable<void> works_beside_its_session() {
  const auto executor = co_await net::this_coro::executor;
  net::co_spawn(executor, session(std::make_shared<values>(executor, 1)), Handler());
  net::steady_timer timer(executor, 3s);
  co_await timer.async_wait(use_awaitable);
}

NET_TEST(Escape, IsVisibleAndNoHang) {
  const auto result = support::explore(waits_for_its_session<rethrows>, escaping());
  EXPECT_THAT(result.findings, IsEmpty()) << describe(result);
  EXPECT_GT(result.trials, 0u);
  EXPECT_THAT(result.notes,
              Contains(AllOf(HasSubstr("undecided"), HasSubstr("left the event loop"))));
}

NET_TEST(Escape, LetsOthersGoOn) {
  const auto result = support::explore(works_beside_its_session<rethrows>, escaping());
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_GT(result.trials, 0u);
  EXPECT_THAT(result.notes, IsEmpty());
}

NET_TEST(Escape, WithoutItTheExceptionIsDroppedAndTheHangSilent) {
  const auto result = support::explore(waits_for_its_session<net::detached_t>, escaping());
  EXPECT_THAT(result.findings, SizeIs(2)) << describe(result);
  EXPECT_THAT(support::explore(works_beside_its_session<net::detached_t>, escaping()).findings,
              SizeIs(1));
}

awaitable<void> fails_always() {
  const auto executor = co_await net::this_coro::executor;
  const auto fails = []() -> awaitable<void> {
    throw std::runtime_error("no such file");
    co_return;
  };
  net::co_spawn(executor, fails, rethrows());
  net::steady_timer timer(executor, 3s);
  co_await timer.async_wait(use_awaitable);
}

NET_TEST(Escape, WithoutAFaultIsAFailureOfTheTest) {
  const auto result = support::explore(fails_always);
  EXPECT_THAT(result.failures,
              ElementsAre(HasSubstr(
                  "event loop was left by std::runtime_error: no such file, which left ")));
  EXPECT_EQ(result.trials, 0u);
}

awaitable<void> root_throws() {
  net::steady_timer timer(co_await net::this_coro::executor, 3s);
  co_await timer.async_wait(use_awaitable);
  throw net::system_error(net::error::eof);
}

NET_TEST(Escape, ARootThatThrowsWithoutAFaultIsAFailureOfTheTest) {
  EXPECT_THAT(support::explore(root_throws).failures,
              ElementsAre(AllOf(HasSubstr("its root threw "), HasSubstr("system_error: "))));
}

}  // namespace
