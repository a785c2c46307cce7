// SPDX-License-Identifier: BSL-1.0
// Real defects of Boost.Asio 1.81 and standalone Asio 1.22, from their user's side: nothing is
// planted. docs/asio-defects.md tells of them.
#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <string>

#include "cofault/inject/cancel.hpp"
#include "cofault/inject/selector.hpp"
#include "net.hpp"
#include "support/asio_cancelling.hpp"
#include "support/exploring.hpp"
#include "support/moments.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::exploration;
using cofault::moment;
using cofault::options;
using net::awaitable;
using net::use_awaitable;
using support::cancelled;
using support::nap;
using testing::HasSubstr;
using namespace net::experimental::awaitable_operators;

// chriskohlhoff/asio #1574: an operation that is started behind the request does not see it.
awaitable<void> waits_for_a_signal() {
  co_await net::this_coro::throw_if_cancelled(false);
  const auto executor = co_await net::this_coro::executor;
  net::steady_timer first(executor, 1s), second(executor, 24h);
  net::error_code ignored;
  co_await first.async_wait(net::redirect_error(use_awaitable, ignored));
  co_await second.async_wait(use_awaitable);  // sees it, or not
}

NET_TEST(Defects, ACancellationBetweenTwoAwaitsIsLost) {
  const exploration result = cancelled(waits_for_a_signal);
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, "every cancellation is honoured");
  EXPECT_THAT(result.findings[0].report, HasSubstr("// sees it, or not"));
  EXPECT_THAT(result.findings[0].explanation, HasSubstr("between two awaits is lost"));
}

// Asio's own remedy: let the next await throw.
awaitable<void> lets_it_throw() {
  const auto executor = co_await net::this_coro::executor;
  net::steady_timer first(executor, 1s), second(executor, 24h);
  net::error_code ignored;
  co_await first.async_wait(net::redirect_error(use_awaitable, ignored));
  co_await second.async_wait(use_awaitable);
}

NET_TEST(Defects, WhereTheNextAwaitThrowsNothingIsLost) {
  EXPECT_THAT(cancelled(lets_it_throw), cofault::SurvivesEveryFault());
}

// boostorg/asio #458: a parallel group counts the request that it passes on, and takes that for its
// own cancelling. Its members do not take a total one, but from then on it cancels nobody: neither
// the others when one has ended, nor by a terminal request behind it.
awaitable<void> either() {
  co_await net::this_coro::reset_cancellation_state(net::enable_total_cancellation());
  net::steady_timer never(co_await net::this_coro::executor, net::steady_timer::time_point::max());
  co_await (nap(1s) || never.async_wait(use_awaitable));  // guilty
}

NET_TEST(Defects, AParallelGroupForgetsToCancelTheOthers) {
  const auto total = cofault::inject::cancel(cofault::cancel_strength::total);
  const auto result = support::explore(either, options().inject(total));
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  const auto& found = result.findings[0];
  EXPECT_EQ(found.property, "nothing waits for ever");
  EXPECT_THAT(found.report, support::blames("guilty"));
  EXPECT_THAT(encode(found.smallest), testing::EndsWith("nap+1=cancel-total:suspended"));
  EXPECT_THAT(support::explore(either, options().inject(cofault::inject::cancel())),
              cofault::SurvivesEveryFault());
}

std::string after_nap(const std::string& faults) {
  const std::string point = "asio_cancelling.hpp:support::nap+1=";
  std::string out;
  for (std::size_t at = 0, end; at < faults.size(); at = end + 1) {
    end = std::min(faults.find(' ', at), faults.size());
    out += (out.empty() ? "" : ";") + point + faults.substr(at, end - at);
  }
  return out;
}

struct takes_no_time : cofault::property {
  std::string_view name() const override { return "no time passes"; }
  cofault::kind_set needs() const override { return kinds(cofault::event_kind::jumped); }
  void judge(const cofault::outcome& what, std::vector<cofault::violation>& out) const override {
    if (what.duration > 0) out.push_back({0, 0, "the clock moved"});
  }
};

bool ends_at_once(const std::string& faults) {
  const auto result =
      support::explore(either, support::usual().judge(takes_no_time()).replay(after_nap(faults)));
  EXPECT_EQ(result.error, "");
  return result.clean();
}

NET_TEST(Defects, AParallelGroupSwallowsTheTerminalCancellation) {
  EXPECT_TRUE(ends_at_once("cancel:suspended"));
  EXPECT_FALSE(ends_at_once("cancel-total:suspended cancel:suspended"));
}

// A channel whose only waiter was cancelled takes nothing into its buffer any more.
template <bool SomebodyWaits>
awaitable<void> sends_later() {
  static std::unique_ptr<net::cancellation_signal> stop;
  stop = std::make_unique<net::cancellation_signal>();
  const auto executor = co_await net::this_coro::executor;
  using channel = net::channel<void(net::error_code, int)>;
  const auto numbers = std::make_shared<channel>(executor, 1);
  const auto receives = [](std::shared_ptr<channel> from) -> awaitable<void> {
    co_await from->async_receive(use_awaitable);
  };
  if (SomebodyWaits)
    net::co_spawn(executor, receives(numbers),
                  net::bind_cancellation_slot(stop->slot(), [](std::exception_ptr) {}));
  co_await nap();
  co_await numbers->async_send(net::error_code(), 1, use_awaitable);  // there is room for one
}

NET_TEST(Defects, AChannelWhoseOnlyWaiterWasCancelledBlocksTheNextSender) {
  const auto result = cancelled(sends_later<true>, moment::suspended);
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, "nothing waits for ever");
  EXPECT_THAT(result.findings[0].report, support::blames("there is room for one"));
  EXPECT_THAT(encode(result.findings[0].smallest), testing::EndsWith("=cancel-child:suspended"));
  EXPECT_THAT(cancelled(sends_later<false>, moment::suspended), cofault::SurvivesEveryFault());
}

// chriskohlhoff/asio #1452: what is cancelled before its first step ends the event loop instead.
awaitable<void> one_nap() { co_await nap(1s); }

NET_TEST(Defects, CancelledBeforeItsFirstStepItNeverCompletes) {
  const auto result =
      support::explore(one_nap, options().inject(cofault::inject::cancel({moment::start})));
#ifdef ASIO_VERSION  // 1.22 has no such check in front of the first step
  EXPECT_THAT(result, cofault::SurvivesEveryFault());
#else
  EXPECT_THAT(
      describe(result),
      HasSubstr("undecided: an exception left the event loop, where whoever calls run() gets "
                "it, and the root did not complete after that"));
#endif
}

}  // namespace
