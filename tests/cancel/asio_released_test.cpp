// SPDX-License-Identifier: BSL-1.0
// What an Asio program leaves behind when it is cancelled, stopped or destroyed: each mistake and
// its correct neighbour.
#include <chrono>
#include <exception>
#include <memory>
#include <vector>

#include "cofault/inject/cancel.hpp"
#include "cofault/tracked.hpp"
#include "net.hpp"
#include "support/asio_cancelling.hpp"
#include "support/exploring.hpp"
#include "support/moments.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::moment;
using cofault::options;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::cancelled;
using support::nap;
using testing::HasSubstr;
using namespace net::experimental::awaitable_operators;
namespace this_coro = net::this_coro;

// ---- what was acquired is released

template <bool Guarded>
awaitable<void> leases() {
  struct guard {
    std::uint32_t lease = cofault::acquired("the lease");
    ~guard() { cofault::released(lease); }
  };
  if (Guarded) {
    const guard held;
    co_await nap();
  } else {
    const std::uint32_t lease = cofault::acquired("the lease");
    co_await nap();  // guilty
    cofault::released(lease);
  }
}

NET_TEST(Released, WhatWasAcquiredIsReleased) {
  const auto leaks = support::about(cancelled(leases<false>), "what is acquired is released");
  ASSERT_FALSE(leaks.empty());
  EXPECT_THAT(leaks[0].report, support::blames("guilty"));
  EXPECT_THAT(cancelled(leases<true>), SurvivesEveryFault());
}

// ---- clean-up finishes, also if a second request comes while it is under way

enum class cleaning { at_once, once_more, shielded };

// Behind a cancellation every await throws, until the coroutine says anew what may cancel it.
template <cleaning How>
awaitable<void> writes() {
  const std::uint32_t lease = cofault::acquired("the journal");
  std::exception_ptr error;
  try {
    co_await nap();  // struck
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    if (How == cleaning::once_more) co_await this_coro::reset_cancellation_state();
    if (How == cleaning::shielded)
      co_await this_coro::reset_cancellation_state(net::disable_cancellation());
    co_await nap(1ms);  // cleans up
  }
  cofault::released(lease);
  if (error) std::rethrow_exception(error);
}

// Blamed is the await across which it was held when the request struck.
NET_TEST(Released, ACleanUpThatIsCancelledItself) {
  const auto f = support::only_finding(cancelled(writes<cleaning::at_once>));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(f.report, support::blames("struck"));
  EXPECT_EQ(f.smallest.size(), 1u);
  EXPECT_THAT(cancelled(writes<cleaning::shielded>), SurvivesEveryFault());
}

NET_TEST(Released, ACleanUpThatASecondOneCancels) {
  const auto f = support::only_finding(cancelled(writes<cleaning::once_more>));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(f.report, support::blames("cleans up"));
  EXPECT_EQ(f.smallest.size(), 2u) << f.report;
  EXPECT_THAT(cancelled(writes<cleaning::shielded>), SurvivesEveryFault());
}

// ---- nobody else is hurt

template <bool Guarded>
struct counter {
  bool busy = false;
  awaitable<int> use() {
    if (busy) throw std::logic_error("the counter is in use");
    struct free {
      bool& busy;
      ~free() {
        if (Guarded) busy = false;
      }
    };
    busy = true;
    const free guard{busy};
    co_await nap();  // leaves it busy
    busy = false;
    co_return 1;
  }
};
template <bool Guarded>
awaitable<void> counts() {
  const auto shared = std::make_shared<counter<Guarded>>();
  cofault::probe([shared] { return shared->use(); });
  co_await shared->use();
}

NET_TEST(Released, TheProbeHolds) {
  const auto f = support::only_finding(cancelled(counts<false>));
  EXPECT_EQ(f.property, "one fault hurts nobody else");
  EXPECT_THAT(f.report, support::blames("leaves it busy"));
  EXPECT_THAT(cancelled(counts<true>), SurvivesEveryFault());
}

// ---- children with a slot of their own

// What can cancel the reader must live as long as the world.
template <bool Guarded>
awaitable<void> has_a_reader() {
  static std::unique_ptr<net::cancellation_signal> stop;
  stop = std::make_unique<net::cancellation_signal>();
  const auto executor = co_await net::this_coro::executor;
  net::co_spawn(executor, leases<Guarded>(),
                net::bind_cancellation_slot(stop->slot(), [](std::exception_ptr) {}));
  co_await nap(2s);
}

NET_TEST(Released, AChildIsCancelledThroughItsOwnSlot) {
  const auto leaks = support::about(
      support::explore(
          has_a_reader<false>,
          support::usual().replay("asio_cancelling.hpp:support::nap+1=cancel-child:suspended")),
      "what is acquired is released");
  ASSERT_EQ(leaks.size(), 1u);
  EXPECT_THAT(leaks[0].report, HasSubstr("the spawned chain is cancelled"));
  EXPECT_THAT(leaks[0].report, support::blames("guilty"));
  EXPECT_THAT(cancelled(has_a_reader<true>), SurvivesEveryFault());
}

// ---- stop and teardown

awaitable<void> either() { co_await (nap(1s) || nap(2s)); }

NET_TEST(Released, AStopAbandonsButReleases) {
  const auto ended = options().inject(cofault::inject::stop(), cofault::inject::destroy());
  EXPECT_THAT(support::explore(leases<true>, ended), SurvivesEveryFault());
  EXPECT_THAT(support::explore(either, ended), SurvivesEveryFault());
  const auto result = support::explore(leases<false>, ended);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings[0].property, "what is acquired is released");
}

// A coroutine that owns itself is not destroyed with the world.
awaitable<void> kept_alive() {
  static std::vector<std::shared_ptr<void>> forgotten;
  const auto timer = std::make_shared<net::steady_timer>(co_await net::this_coro::executor, 1s);
  const std::uint32_t lease = cofault::acquired("the timer");
  forgotten.push_back({timer.get(), [timer, lease](void*) { cofault::released(lease); }});
  co_await timer->async_wait(use_awaitable);
  forgotten.clear();
}

NET_TEST(Released, WhatOutlivesADestroyedWorldIsFound) {
  const auto result = support::explore(kept_alive, options().inject(cofault::inject::destroy()));
  ASSERT_FALSE(result.findings.empty()) << describe(result);
  EXPECT_EQ(result.findings[0].property, "what is acquired is released");
}

}  // namespace
