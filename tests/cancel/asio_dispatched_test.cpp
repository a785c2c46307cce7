// SPDX-License-Identifier: BSL-1.0
// What a cancellation dispatches to the event loop runs within the request for it. An exception
// that leaves such a handler leaves the loop's run() as from any other.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

#include "cofault/inject/cancel.hpp"
#include "cofault/property/progress.hpp"
#include "net.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using net::awaitable;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

struct interrupted : std::runtime_error {
  interrupted() : std::runtime_error("half of the work is done") {}
};

// Takes a second. If it is cancelled it only complains, and waits for ever.
template <class Complain, class Token>
auto a_second(net::any_io_executor executor, Complain complain, Token&& token) {
  return net::async_initiate<Token, void()>(
      [executor, complain](auto handler) {
        auto timer = std::make_shared<net::steady_timer>(executor, 1s);
        // The slot may outlive the event loop, a timer must not.
        const auto stop = [executor, complain, running = std::weak_ptr(timer)](auto) {
          if (const auto mine = running.lock())
            mine->expires_at(net::steady_timer::time_point::max());
          net::dispatch(executor, complain);
        };
        if (auto slot = net::get_associated_cancellation_slot(handler); slot.is_connected())
          slot.assign(stop);
        timer->async_wait([timer, done = std::move(handler)](net::error_code error) mutable {
          if (!error) return std::move(done)();
          timer->async_wait([timer, kept = std::move(done)](net::error_code) {});
        });
      },
      token);
}

template <class Complain>
awaitable<void> takes_a_second() {
  co_await a_second(co_await net::this_coro::executor, Complain(), net::use_awaitable);
}

struct says_so {
  void operator()() const { throw interrupted(); }
};
struct keeps_quiet {
  void operator()() const try { throw interrupted(); } catch (const interrupted&) {
  }
};

cofault::options cancelling() {
  return cofault::options()
      .inject(cofault::inject::cancel({cofault::moment::suspended}))
      .judge(cofault::properties::progress());
}

NET_TEST(Dispatched, AnExceptionLeavesTheEventLoop) {
  const auto result = support::explore(takes_a_second<says_so>, cancelling());
  EXPECT_THAT(result.findings, IsEmpty()) << describe(result);
  EXPECT_THAT(result.notes,
              Contains(AllOf(HasSubstr("undecided"), HasSubstr("left the event loop"))));
}

NET_TEST(Dispatched, WithoutItNobodyHearsOfTheHang) {
  const auto result = support::explore(takes_a_second<keeps_quiet>, cancelling());
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, "nothing waits for ever");
  EXPECT_THAT(result.notes, IsEmpty());
}

}  // namespace
