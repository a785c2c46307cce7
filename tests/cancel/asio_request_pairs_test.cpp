// SPDX-License-Identifier: BSL-1.0
// Asio programs that are wrong when they are cancelled before their first step, after their end, a
// second time, or go on within the request itself; and their fixed twins.
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "cofault/inject/cancel.hpp"
#include "cofault/tracked.hpp"
#include "net.hpp"
#include "support/asio_cancelling.hpp"
#include "support/moments.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::cancel_strength;
using cofault::exploration;
using cofault::moment;
using cofault::options;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::at_every_moment;
using support::nap;
using support::only_finding;
using support::service;
using support::stopped;
using support::wrong_at;
using testing::HasSubstr;
namespace this_coro = net::this_coro;

// ---- start: it begins with a clean slate, also of a request that has come by then. Through a slot
// there is no such program, for none of its lines runs: operation_aborted is thrown in co_spawn's
// own coroutine. Standalone 1.22 hands it to the completion handler, and with Boost.Asio 1.81 it
// leaves the event loop (asio_defects_test.cpp).

const options every_moment = options().inject(at_every_moment());

template <bool Looks>
awaitable<void> begins(std::shared_ptr<service> mine) {
  if (!Looks) mine->stopping = false;
  if (mine->stopping) co_return;
  mine->timer.expires_after(1s);
  co_await mine->timer.async_wait(use_awaitable);  // guilty
}

NET_TEST(RequestPairs, Start) {
  const auto f = wrong_at(moment::start, stopped(begins<false>, every_moment));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_EQ(encode(f.smallest), "root=cancel:start");
  EXPECT_THAT(stopped(begins<true>, every_moment), SurvivesEveryFault());
}

// ---- end: what it would stop is closed by then

template <bool Asks>
exploration serves() {
  struct session {
    bool open = true;
    void stop() { EXPECT_TRUE(open) << "stopped a session that is closed"; }
  };
  return cofault::explore(
      [](auto) {
        const auto mine = std::make_shared<session>();
        cofault::on_cancel([mine] {
          if (mine->open || !Asks) mine->stop();
        });
        return [](std::shared_ptr<session> served) -> awaitable<void> {
          co_await nap();
          served->open = false;
        }(mine);
      },
      options().inject(cofault::inject::cancel({moment::end})));
}

NET_TEST(RequestPairs, End) {
  const auto f = only_finding(serves<false>());
  EXPECT_EQ(encode(f.smallest), "root=cancel:end");
  EXPECT_THAT(f.report, HasSubstr("stopped a session that is closed"));
  EXPECT_THAT(serves<true>(), SurvivesEveryFault());
}

// ---- a second one of another strength: who asked kindly loses patience

template <bool Shielded>
awaitable<void> drains() {
  const std::uint32_t lease = cofault::acquired("the journal");
  co_await this_coro::reset_cancellation_state(net::enable_total_cancellation());
  std::exception_ptr error;
  try {
    co_await nap();
  } catch (...) {
    error = std::current_exception();
  }
  const auto state = co_await this_coro::cancellation_state;
  const bool kindly =
      (state.cancelled() & net::cancellation_type::terminal) == net::cancellation_type::none;
  if (error && kindly) {
    if (Shielded)
      co_await this_coro::reset_cancellation_state(net::disable_cancellation());
    else
      co_await this_coro::reset_cancellation_state(net::enable_terminal_cancellation());
    co_await nap(1ms);  // guilty
  }
  cofault::released(lease);
  if (error) std::rethrow_exception(error);
}

exploration cancelled_only(awaitable<void> (*program)(), cancel_strength how) {
  return support::explore(program, options().inject(cofault::inject::cancel(how)));
}
exploration cancelled_in_both_ways(awaitable<void> (*program)()) {
  return support::explore(program,
                          options().inject(cofault::inject::cancel(cancel_strength::total),
                                           cofault::inject::cancel(cancel_strength::terminal)));
}

NET_TEST(RequestPairs, ASecondOneOfAnotherStrength) {
  // The first one while the nap is suspended, or when it is due.
  const auto f = wrong_at(moment::suspended, cancelled_in_both_ways(drains<false>), 2);
  EXPECT_EQ(f.property, "what is acquired is released");
  ASSERT_EQ(f.smallest.size(), 2u);
  EXPECT_THAT(encode(f.smallest), HasSubstr("=cancel-total:suspended;"));
  // A second one of the same strength does no harm.
  EXPECT_THAT(cancelled_only(drains<false>, cancel_strength::total), SurvivesEveryFault());
  EXPECT_THAT(cancelled_only(drains<false>, cancel_strength::terminal), SurvivesEveryFault());
  EXPECT_THAT(cancelled_in_both_ways(drains<true>), SurvivesEveryFault());
}

// ---- inline: it goes on before the request has returned, and sees what that has not changed yet

// Who waits for it to open goes on within interrupt(), or in a later step.
template <bool Inline>
class door {
 public:
  explicit door(const net::any_io_executor& executor) : opens_(executor) {}

  template <class Token>
  auto async_pass(Token&& token) {
    return net::async_initiate<Token, void(net::error_code)>(
        [this](auto handler) {
          const auto waiting =
              std::make_shared<std::optional<decltype(handler)>>(std::move(handler));
          const auto go_on = [](auto& who, net::error_code result) {
            if (!who) return;
            auto handler = *std::exchange(who, std::nullopt);
            std::move(handler)(result);
          };
          interrupt_ = [this, go_on, who = std::weak_ptr(waiting)] {
            if (!Inline) opens_.cancel();
            if (const auto there = Inline ? who.lock() : nullptr)
              go_on(*there, net::error::operation_aborted);
          };
          opens_.expires_after(1s);
          opens_.async_wait([go_on, waiting](net::error_code result) { go_on(*waiting, result); });
        },
        token);
  }
  void interrupt() {
    if (interrupt_) interrupt_();
  }

 private:
  net::steady_timer opens_;
  std::function<void()> interrupt_;
};

template <bool Inline, bool ClosesFirst>
struct shop {
  explicit shop(const net::any_io_executor& executor) : entrance(executor) {}
  void stop() {
    if (ClosesFirst) open = false;
    entrance.interrupt();
    open = false;
  }
  bool open = true;
  door<Inline> entrance;
};

template <class Shop>
awaitable<void> sells(std::shared_ptr<Shop> mine) {
  if (!mine->open) co_return;
  try {
    co_await mine->entrance.async_pass(use_awaitable);
  } catch (...) {  // guilty
    if (!mine->open) throw;
  }
  if (mine->open) co_await nap();
}

NET_TEST(RequestPairs, InlineWithinTheRequest) {
  // Also when it is due, and late: the time is up, but nobody has gone through the door.
  const auto f = wrong_at(moment::suspended, stopped(sells<shop<true, false>>, every_moment), 3);
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(stopped(sells<shop<true, true>>, every_moment), SurvivesEveryFault());
  EXPECT_THAT(stopped(sells<shop<false, false>>, every_moment), SurvivesEveryFault());
}

}  // namespace
