// SPDX-License-Identifier: BSL-1.0
// For each moment an Asio program that is wrong when it is cancelled then, and its fixed twin;
// those of an await. The others are in asio_request_pairs_test.cpp.
#include <chrono>
#include <cstdint>
#include <memory>

#include "cofault/inject/cancel.hpp"
#include "cofault/tracked.hpp"
#include "net.hpp"
#include "support/asio_cancelling.hpp"
#include "support/asio_ticket.hpp"
#include "support/moments.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::exploration;
using cofault::moment;
using cofault::options;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::at_every_moment;
using support::cancelled;
using support::nap;
using support::service;
using support::stopped;
using support::wrong_at;
namespace this_coro = net::this_coro;

using clock = net::steady_timer::clock_type;
using service_ptr = std::shared_ptr<service>;

exploration stopped_at_any_moment(awaitable<void> (*program)(service_ptr)) {
  return stopped(program, options().inject(at_every_moment()));
}

// ---- running: it takes an error code, but then the await itself throws

template <bool Guarded>
awaitable<void> sends() {
  struct guard {
    std::uint32_t lease = cofault::acquired("the window");
    ~guard() { cofault::released(lease); }
  };
  net::steady_timer timer(co_await this_coro::executor);
  co_await nap();
  const auto state = co_await this_coro::cancellation_state;
  if (state.cancelled() != net::cancellation_type::none)
    throw net::system_error(net::error::operation_aborted);
  net::error_code failed;
  timer.expires_after(1s);
  if constexpr (Guarded) {
    const guard held;
    co_await timer.async_wait(net::redirect_error(use_awaitable, failed));
  } else {
    const std::uint32_t lease = cofault::acquired("the window");
    co_await timer.async_wait(net::redirect_error(use_awaitable, failed));  // guilty
    cofault::released(lease);
  }
  if (failed) throw net::system_error(failed);
}

NET_TEST(MomentPairs, Running) {
  const auto f = wrong_at(moment::running, cancelled(sends<false>));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(cancelled(sends<true>), SurvivesEveryFault());
}

// ---- suspended: it takes the end of the wait for a spurious one, for there is time left

template <bool Looks>
awaitable<void> waits_out(service_ptr mine) {
  const auto until = clock::now() + 1s;
  while (!mine->stopping && clock::now() < until) {
    try {
      mine->timer.expires_at(until);
      co_await mine->timer.async_wait(use_awaitable);
    } catch (...) {  // guilty
      mine->stopping = Looks;
    }
  }
}

NET_TEST(MomentPairs, Suspended) {
  const auto f = wrong_at(moment::suspended, stopped_at_any_moment(waits_out<false>));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(stopped_at_any_moment(waits_out<true>), SurvivesEveryFault());
}

// ---- due: whether the time is up does not tell who ended the wait

template <bool Asks>
awaitable<void> asks_twice(service_ptr mine) {
  if (mine->stopping) co_return;
  const auto until = clock::now() + 1s;
  try {
    mine->timer.expires_at(until);
    co_await mine->timer.async_wait(use_awaitable);
  } catch (...) {  // guilty
    if (Asks ? mine->stopping : clock::now() < until) throw;
  }
  if (Asks && mine->stopping) co_return;
  co_await nap();
}

NET_TEST(MomentPairs, Due) {
  const auto f = wrong_at(moment::due, stopped_at_any_moment(asks_twice<false>));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(stopped_at_any_moment(asks_twice<true>), SurvivesEveryFault());
}

// ---- late: the operation has its result already, and still takes a request

template <support::until When>
awaitable<void> enters() {
  support::ticket_office<When> office(co_await this_coro::executor);
  const support::ticket held(co_await office.async_enter(use_awaitable));  // guilty
}

NET_TEST(MomentPairs, Late) {
  const auto f = wrong_at(moment::late, cancelled(enters<support::until::resumed>));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(cancelled(enters<support::until::granted>), SurvivesEveryFault());
}

// ---- resumed: it has the result, but nobody owns that yet

template <bool Owned>
awaitable<void> enters_if_it_may() {
  support::ticket_office<support::until::granted> office(co_await this_coro::executor);
  support::ticket mine;
  if constexpr (Owned) mine = support::ticket(co_await office.async_enter(use_awaitable));
  std::uint32_t number = 0;
  if constexpr (!Owned) number = co_await office.async_enter(use_awaitable);  // guilty
  const auto state = co_await this_coro::cancellation_state;
  if (state.cancelled() != net::cancellation_type::none)
    throw net::system_error(net::error::operation_aborted);
  if constexpr (!Owned) mine = support::ticket(number);
}

NET_TEST(MomentPairs, Resumed) {
  // Late is the same to it.
  wrong_at(moment::late, cancelled(enters_if_it_may<false>), 2);
  const auto f =
      wrong_at(moment::resumed,
               support::explore(enters_if_it_may<false>,
                                options().inject(cofault::inject::cancel({moment::resumed}))));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(cancelled(enters_if_it_may<true>), SurvivesEveryFault());
}

}  // namespace
