// SPDX-License-Identifier: BSL-1.0
// What Asio's joins do to exceptions.
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <tuple>

#include "asio_fates.hpp"
#include "joined_rows.hpp"
#include "net.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
using net::awaitable;
using support::fates;
using support::fault_in;
using support::line;
using support::pause;
using support::step;
using support::told;
using testing::ElementsAre;
using testing::StartsWith;

awaitable<void> one_of_two() {
  co_await (step() || step());  // joined here
}

awaitable<void> both_of_two() { co_await (step() && step()); }

NET_TEST(Fates, DroppedByAJoinThatNeedsOnlyOne) {
  const told t = fault_in(one_of_two);
  EXPECT_THAT(t.fates, StartsWith("dropped"));
  EXPECT_THAT(t.lost, ElementsAre(line("// joined here")));
  EXPECT_EQ(fates(both_of_two), "translated ended surfaced");  // carried
}

// The `&&` fails, the `||` waits for its other side, and nobody hears of it.
awaitable<void> both_or_a_pause() {
  co_await ((step() && pause(1h)) || pause(2h));  // joined here
}

awaitable<void> both_and_a_pause() { co_await ((step() && pause(1h)) && pause(2h)); }

NET_TEST(Fates, DroppedByAJoinOfJoins) {
  const told t = fault_in(both_or_a_pause);
  EXPECT_EQ(t.fates, "translated ended dropped");
  EXPECT_THAT(t.lost, ElementsAre(line("// joined here")));
  EXPECT_THAT(fates(both_and_a_pause), testing::EndsWith("surfaced"));
}

awaitable<void> breaks(std::shared_ptr<bool> broken) {
  try {
    co_await step();
  } catch (...) {
    *broken = true;
    throw;
  }
}

awaitable<void> notices(std::shared_ptr<bool> broken) {
  try {
    co_await step();
  } catch (const net::system_error&) {  // cancelled, since the other one is broken
    if (*broken) throw std::logic_error("it broke");
    throw;
  }
}

enum class and_then { surfaces, is_swallowed };

template <and_then What>
awaitable<void> joins() {
  const auto broken = std::make_shared<bool>(false);
  try {
    co_await (notices(broken) && breaks(broken));
  } catch (const net::multiple_exceptions&) {  // swallowed here
    if (What == and_then::surfaces) throw;
  }
}

// Asio's `&&` keeps the error of its left side only, but what it throws says that there were
// several: that one stands for all of them.
NET_TEST(Fates, TranslatedByAJoinThatSaysSeveral) {
  const told t = fault_in(joins<and_then::surfaces>, 1);
  EXPECT_THAT(t.fates, StartsWith("translated"));
  EXPECT_TRUE(t.lost.empty());
  const told swallowed = fault_in(joins<and_then::is_swallowed>, 1);
  EXPECT_THAT(swallowed.lost, ElementsAre(line("// swallowed here"))) << swallowed.fates;
}

awaitable<void> fails() {
  throw std::logic_error("its own");
  co_return;
}

awaitable<void> drops() {
  co_await support::join_ignoring(step(), pause(9ms));  // dropped here
}

awaitable<void> joins_beside() {
  net::co_spawn(co_await net::this_coro::executor, drops, net::detached);
  co_await pause(5ms);
  try {
    co_await (fails() && fails());
  } catch (const net::multiple_exceptions&) {
  }
  co_await pause(5ms);
}

NET_TEST(Fates, WhatAnotherJoinSaysTellsNothingOfThisOne) {
  const told t = fault_in(joins_beside);
  EXPECT_THAT(t.fates, StartsWith("dropped"));
  EXPECT_THAT(t.lost, ElementsAre(line("// dropped here")));
}

awaitable<void> ends() {
  throw net::system_error(net::error::eof);
  co_return;
}

// What a session is: the last one to fail is the first in what `&&` throws.
awaitable<void> serves(awaitable<void> reads) {
  co_await ((pause(1h) && std::move(reads)) && pause(1h));
}

template <awaitable<void> (*Reads)()>
awaitable<void> spawns_a_session() {
  net::co_spawn(co_await net::this_coro::executor, serves(Reads()), net::detached);  // spawned here
  co_await pause(5ms);
}

// Cancellations and the end of a stream, that is all it stands for. It is in another join.
NET_TEST(Fates, WhatAJoinThrowsBehindTheEndOfAStreamMayEndAnywhere) {
  EXPECT_EQ(fates(spawns_a_session<ends>, 2), "ended surfaced translated translated ended ended");
}

// An error in the place of the end: what the join throws begins with a cancellation all the same.
NET_TEST(Fates, WhatAJoinThrowsBehindAnErrorIsLost) {
  for (std::size_t side = 0; side < 3; ++side) {
    const told t = fault_in(spawns_a_session<step>, side);
    EXPECT_THAT(t.fates, testing::EndsWith("dropped")) << side;
    EXPECT_THAT(t.lost, ElementsAre(line("// spawned here"))) << side << ' ' << t.place;
  }
}

enum class with_the_first { is_printed, is_forgotten };

template <with_the_first What>
awaitable<void> takes_the_first_out() {
  std::exception_ptr first;
  try {
    co_await (step() && pause(1h));
  } catch (const net::multiple_exceptions& e) {
    first = e.first_exception();
  }
  try {
    if (first) std::rethrow_exception(first);
  } catch (const std::exception& e) {  // forgotten here
    if (What == with_the_first::is_printed) std::puts(e.what());
  }
}

// It is thrown again, and what held it stands for it no longer.
NET_TEST(Fates, WhatIsTakenOutOfWhatAJoinThrewIsJudgedForItself) {
  const told printed = fault_in(takes_the_first_out<with_the_first::is_printed>);
  EXPECT_THAT(printed.fates, StartsWith("reported"));
  EXPECT_THAT(printed.lost, testing::IsEmpty());
  const told forgotten = fault_in(takes_the_first_out<with_the_first::is_forgotten>);
  EXPECT_THAT(forgotten.fates, StartsWith("swallowed"));
  EXPECT_THAT(forgotten.lost, ElementsAre(line("// forgotten here")));
}

// What newer versions of Boost throw for an error code is of a class of its own.
struct thrown_line {
  unsigned line = 1;
};
struct placed_error : net::system_error, thrown_line {
  using net::system_error::system_error;
};
struct remark {
  virtual ~remark() = default;
};
struct remarked_error : virtual remark, placed_error {
  using placed_error::placed_error;
};

template <class Error>
awaitable<void> wait_and_place_the_error() {
  net::steady_timer timer(co_await net::this_coro::executor, 1h);
  net::error_code code;
  std::tie(code) = co_await timer.async_wait(net::as_tuple(net::use_awaitable));
  if (code) throw Error(code);
}

template <class Error>
awaitable<void> first_of_two() {
  co_await (pause(1ms) || wait_and_place_the_error<Error>());
  co_await step();
}

struct failed_step : placed_error {
  explicit failed_step(net::error_code) : placed_error(net::error::connection_reset) {}
};

NET_TEST(Fates, ACancellationOfADerivedClassIsOneToo) {
  EXPECT_EQ(fates(first_of_two<net::system_error>, 2), "ended surfaced");
  EXPECT_EQ(fates(first_of_two<placed_error>, 2), "ended surfaced");
  EXPECT_EQ(fates(first_of_two<remarked_error>, 2), "ended surfaced");
  EXPECT_EQ(fates(first_of_two<failed_step>, 2), "masked surfaced");
}

}  // namespace

namespace support {

#ifdef ASIO_VERSION
INSTANTIATE_TYPED_TEST_SUITE_P(StandaloneAsio, Joined, asio_world);
#else
INSTANTIATE_TYPED_TEST_SUITE_P(BoostAsio, Joined, asio_world);
#endif

}  // namespace support
