// SPDX-License-Identifier: BSL-1.0
// The fates that only a runtime with spawned chains, joins and completion handlers has.
#include <chrono>
#include <memory>
#include <stdexcept>

#include "net.hpp"
#include "fates.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
using cofault::io_error;
using net::awaitable;
using net::use_awaitable;
using support::told;
using testing::ElementsAre;
using testing::HasSubstr;

#ifdef ASIO_VERSION
namespace here = cofault::detail::in_asio;
#else
namespace here = cofault::detail::in_boost_asio;
#endif

told fault_in(awaitable<void> (*program)(), std::size_t nth = 0,
              io_error error = io_error::failed) {
  const cofault::driver_factory factory = [program] {
    return std::make_unique<here::asio_driver>([program](auto executor) {
      net::co_spawn(executor, program(), here::root_handler());
    });
  };
  return support::one_fault(factory, cofault::options(), nth, error);
}

std::string fates(awaitable<void> (*program)(), std::size_t nth = 0,
                  io_error error = io_error::failed) {
  return fault_in(program, nth, error).fates;
}

awaitable<void> step() {
  net::steady_timer timer(co_await net::this_coro::executor, 1ms);
  co_await timer.async_wait(use_awaitable);
}

template <bool Logs>
awaitable<void> handles() {
  try {
    co_await step();
  } catch (const std::exception& e) {  // the line to blame
    if (Logs) std::fprintf(stderr, "failed: %s\n", e.what());
  }
}

NET_TEST(Fates, SurfacedReportedSwallowed) {
  EXPECT_EQ(fates(step), "surfaced");
  EXPECT_EQ(fates(handles<true>), "reported");
  const told t = fault_in(handles<false>);
  EXPECT_EQ(t.fates, "swallowed");
#ifndef __OPTIMIZE__
  EXPECT_THAT(t.lost, ElementsAre(HasSubstr("the line to blame")));
#endif
}

// ---- spawned chains

awaitable<void> spawns_detached() {
  net::co_spawn(co_await net::this_coro::executor, step(), net::detached);  // spawned here
  net::steady_timer timer(co_await net::this_coro::executor, 5ms);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> spawns_with_a_handler() {
  net::co_spawn(co_await net::this_coro::executor, step(), [](std::exception_ptr) {});
  net::steady_timer timer(co_await net::this_coro::executor, 5ms);
  co_await timer.async_wait(use_awaitable);
}

awaitable<void> spawns_and_waits() {
  co_await net::co_spawn(co_await net::this_coro::executor, step(), use_awaitable);
}

// The spawned coroutine reaches its await point first.
NET_TEST(Fates, DroppedByDetached) {
  const told t = fault_in(spawns_detached, 0);
  EXPECT_EQ(t.fates, "dropped");
  EXPECT_THAT(t.lost, ElementsAre(HasSubstr("spawned here")));
  EXPECT_EQ(fates(spawns_and_waits), "surfaced");
}

NET_TEST(Fates, SurfacedAtACompletionHandler) {
  EXPECT_EQ(fates(spawns_with_a_handler, 0), "surfaced");
}

NET_TEST(Fates, TheEndOfAStreamMayEndAnywhere) {
  EXPECT_EQ(fates(spawns_detached, 0, io_error::eof), "ended");
  EXPECT_EQ(fates(spawns_detached, 0, io_error::reset), "dropped");
}

// ---- joins


awaitable<void> one_of_two() {
  co_await (step() || step());  // joined here
}

awaitable<void> both_of_two() {
  co_await (step() && step());
}

NET_TEST(Fates, DroppedByAJoinThatNeedsOnlyOne) {
  const told t = fault_in(one_of_two);
  EXPECT_THAT(t.fates, testing::StartsWith("dropped"));
  ASSERT_FALSE(t.lost.empty());
  EXPECT_THAT(t.lost.front(), HasSubstr("joined here"));
  EXPECT_THAT(fates(both_of_two), testing::Not(HasSubstr("dropped")));
}

struct shared_work {
  bool broken = false;
};

awaitable<void> breaks(std::shared_ptr<shared_work> work) {
  try {
    co_await step();
  } catch (...) {
    work->broken = true;
    throw;
  }
}

awaitable<void> notices(std::shared_ptr<shared_work> work) {
  try {
    co_await step();
  } catch (const net::system_error&) {  // cancelled, since the other one is broken
    if (work->broken) throw std::logic_error("it broke");
    throw;
  }
}

awaitable<void> joins() {
  const auto work = std::make_shared<shared_work>();
  co_await (breaks(work) && notices(work));  // joined here
}

// Asio's group keeps the first error only, but what it throws says that there were several.
NET_TEST(Fates, TranslatedByAJoinThatSaysSeveral) {
  const told t = fault_in(joins);
  EXPECT_THAT(t.fates, HasSubstr("translated"));
  EXPECT_TRUE(t.lost.empty());
}

}  // namespace
