// SPDX-License-Identifier: BSL-1.0
// Errors that a handler keeps, for somebody to look at later: as a code, or in a result.
#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

#include "asio_fates.hpp"
#include "cofault/gtest.hpp"
#include "net.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::SurvivesEveryFault;
using net::awaitable;
using support::step;
using testing::HasSubstr;
using testing::SizeIs;

const char* const surfacing = "every exception surfaces";

// One reader for all requests of a connection: what ends it, they are to throw.
struct connection {
  explicit connection(const net::any_io_executor& e)
      : changed(e, net::steady_timer::time_point::max()) {}
  net::steady_timer changed;
  net::error_code failure;
  bool ended = false;
};

enum class tells { its_code, another_code, nobody };
enum class reader { ends, fails_too };

template <tells What, reader How>
awaitable<void> reads(std::shared_ptr<connection> c) {
  try {
    co_await step();
  } catch (const net::system_error& e) {  // kept as a code
    c->failure = What == tells::another_code ? make_error_code(net::error::fault) : e.code();
    c->ended = true;
    c->changed.cancel();
    if (How == reader::fails_too) throw;
  }
  c->ended = true;
  c->changed.cancel();
}

template <tells What>
awaitable<void> asks(std::shared_ptr<connection> c) {
  net::error_code ignored;
  if (!c->ended) co_await c->changed.async_wait(net::redirect_error(net::use_awaitable, ignored));
  if (c->failure && What != tells::nobody) throw net::system_error(c->failure);
}

template <tells What, reader How = reader::ends>
awaitable<void> one_request() {
  const auto executor = co_await net::this_coro::executor;
  const auto c = std::make_shared<connection>(executor);
  net::co_spawn(executor, reads<What, How>(c), net::detached);  // and spawned here
  co_await asks<What>(c);
}

awaitable<void> two_requests() {
  using namespace net::experimental::awaitable_operators;
  const auto executor = co_await net::this_coro::executor;
  const auto c = std::make_shared<connection>(executor);
  net::co_spawn(executor, reads<tells::its_code, reader::ends>(c), net::detached);
  co_await (asks<tells::its_code>(c) && asks<tells::its_code>(c));
}

NET_TEST(Fates, WhatIsThrownAgainByItsCodeIsNotLost) {
  EXPECT_THAT(cofault::explore(one_request<tells::its_code>), SurvivesEveryFault());
  EXPECT_THAT(cofault::explore(two_requests), SurvivesEveryFault());
  for (const auto program : {one_request<tells::another_code>, one_request<tells::nobody>}) {
    const auto lost = cofault::explore(program);
    ASSERT_THAT(lost.findings, SizeIs(1)) << describe(lost);
    EXPECT_EQ(lost.findings[0].property, surfacing);
    EXPECT_THAT(lost.findings[0].report, HasSubstr("// kept as a code"));
  }
}

// Then the reader's own end may go unheard.
NET_TEST(Fates, WhatIsDroppedAndThrownAgainByItsCodeIsNotLost) {
  EXPECT_THAT(cofault::explore(one_request<tells::its_code, reader::fails_too>),
              SurvivesEveryFault());
  const auto lost = cofault::explore(one_request<tells::nobody, reader::fails_too>);
  ASSERT_THAT(lost.findings, SizeIs(1)) << describe(lost);
  EXPECT_EQ(lost.findings[0].property, surfacing);
  EXPECT_THAT(lost.findings[0].report, HasSubstr("// and spawned here"));
}

// Whoever handles the later one has to tell of it.
awaitable<void> ignores_its_request() {
  try {
    co_await one_request<tells::its_code>();
  } catch (const net::system_error&) {  // nobody hears of it
  }
}

NET_TEST(Fates, WhoLosesWhatIsThrownAgainIsToBlame) {
  const auto lost = cofault::explore(ignores_its_request);
  ASSERT_THAT(lost.findings, SizeIs(1)) << describe(lost);
  EXPECT_EQ(lost.findings[0].property, surfacing);
  EXPECT_THAT(lost.findings[0].report, HasSubstr("// nobody hears of it"));
}

// A worker that has no result, and puts its error where its caller finds it.
awaitable<void> works(std::exception_ptr& failure) {
  try {
    co_await step();
  } catch (...) {  // kept as a pointer
    failure = std::current_exception();
  }
}

struct summary {
  int done = 0;
  std::vector<std::exception_ptr> failures;
};

awaitable<summary> sums_up() {
  std::exception_ptr failure;
  co_await works(failure);
  summary all{1, {}};
  if (failure) all.failures.push_back(std::move(failure));
  co_return all;
}

awaitable<summary> forgets() {
  {
    std::exception_ptr failure;
    co_await works(failure);
  }
  co_return summary{1, {}};
}

template <auto Works>
awaitable<void> has_it_summed_up() {
  const summary all = co_await Works();
  if (all.done != 1) throw std::logic_error("nothing was done");
}

NET_TEST(Fates, WhatMayBeInAResultIsNotLost) {
  EXPECT_THAT(cofault::explore(has_it_summed_up<sums_up>), SurvivesEveryFault());
  const auto lost = cofault::explore(has_it_summed_up<forgets>);
  ASSERT_THAT(lost.findings, SizeIs(1)) << describe(lost);
  EXPECT_EQ(lost.findings[0].property, surfacing);
  EXPECT_THAT(lost.findings[0].report, HasSubstr("// kept as a pointer"));
}

}  // namespace
