// SPDX-License-Identifier: BSL-1.0
// What comes behind the root or behind the fault: probes that a service does not answer, and who
// dies there.
#include <chrono>
#include <cstdlib>
#include <memory>

#include "cofault/inject/cancel.hpp"
#include "cofault/inject/error.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/site.hpp"
#include "net.hpp"
#include "support/asio_support.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::SurvivesEveryFault;
using net::awaitable;
using net::use_awaitable;
using support::explore;
using testing::HasSubstr;
using testing::SizeIs;

using values = net::channel<void(net::error_code, int)>;

awaitable<void> sleep_for(std::chrono::milliseconds d) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}

enum class on_error { tries_again, ends };

struct service {
  explicit service(const net::any_io_executor& executor)
      : requests(executor, 1), answers(executor, 1) {}
  values requests, answers;
};

template <on_error What>
awaitable<void> serves(std::shared_ptr<service> s) {
  for (;;) {
    const auto [ec, n] = co_await s->requests.async_receive(net::as_tuple(use_awaitable));
    if (ec && What == on_error::ends) co_return;
    if (!ec) s->answers.try_send(net::error_code(), n);
  }
}

awaitable<int> ask(std::shared_ptr<service> s) {
  s->requests.try_send(net::error_code(), 1);
  co_return co_await s->answers.async_receive(use_awaitable);
}

awaitable<int> ask_and_close(std::shared_ptr<service> s) {
  const int answer = co_await ask(s);
  s->requests.close();
  co_return answer;
}

template <on_error What, auto Probe>
awaitable<void> asked_later() {
  const auto executor = co_await net::this_coro::executor;
  const auto s = std::make_shared<service>(executor);
  net::co_spawn(executor, serves<What>(s), net::detached);
  cofault::probe([s] { return Probe(s); });
  co_await sleep_for(1s);
}

cofault::options failing_in(const char* function) {
  using namespace cofault::inject;
  return support::usual().inject(only(error({cofault::io_error::reset}), in(function))).visits(50);
}

// Who spins was stopped for good: that nobody answers then is the same finding.
NET_TEST(Afterwards, AProbeThatASpinningServiceDoesNotAnswerIsNoFindingOfItsOwn) {
  const auto spins = explore(asked_later<on_error::tries_again, ask>, failing_in("serves"));
  ASSERT_THAT(spins.findings, SizeIs(1)) << describe(spins);
  EXPECT_EQ(spins.findings[0].property, "no coroutine spins for ever");
  EXPECT_THAT(spins.findings[0].explanation, testing::Not(HasSubstr("options().visits()")));
  const auto gone = explore(asked_later<on_error::ends, ask>, failing_in("serves"));
  ASSERT_THAT(gone.findings, SizeIs(1)) << describe(gone);
  EXPECT_EQ(gone.findings[0].property, "one fault hurts nobody else");
}

// It takes no fault for that: what it served is gone.
NET_TEST(Afterwards, WhoSpinsBehindTheProbeIsFound) {
  const auto how = failing_in("sleep_for");
  const auto spins = explore(asked_later<on_error::tries_again, ask_and_close>, how);
  ASSERT_THAT(spins.findings, SizeIs(1)) << describe(spins);
  EXPECT_EQ(spins.findings[0].property, "no coroutine spins for ever");
  EXPECT_THAT(spins.findings[0].report, HasSubstr("this happens in the default run"));
  EXPECT_THAT(spins.findings[0].explanation, HasSubstr("needs more options().visits()"));
  EXPECT_THAT(explore(asked_later<on_error::ends, ask_and_close>, how), SurvivesEveryFault());
}

struct dies_unless {
  std::shared_ptr<bool> fine;
  ~dies_unless() {
    if (!*fine) std::abort();
  }
};

constexpr unsigned held_line = __LINE__ + 3;
awaitable<void> holds(std::shared_ptr<bool> fine) {
  const dies_unless at_its_end{fine};
  co_await sleep_for(1h);
}

enum class first { dies_at_once, is_left_behind };
template <first What>
awaitable<void> runs_beside() {
  const auto executor = co_await net::this_coro::executor;
  const auto fine = std::make_shared<bool>(true);
  net::co_spawn(executor, holds(fine), net::detached);
  *fine = false;
  net::steady_timer timer(executor, 1s);
  try {
    co_await timer.async_wait(use_awaitable);
  } catch (const net::system_error&) {
    if (What == first::dies_at_once) std::abort();
    throw;
  }
  *fine = true;
}

// What it was doing then is not known to who reads of the fault alone.
NET_TEST(Afterwards, WhoDiesInTheTeardownIsNamed) {
  const auto how = failing_in("runs_beside");
  const auto late = explore(runs_beside<first::is_left_behind>, how);
  ASSERT_THAT(late.findings, SizeIs(1)) << describe(late);
  EXPECT_EQ(late.findings[0].property, "the process survives");
  EXPECT_THAT(
      late.findings[0].explanation,
      HasSubstr("when the world was destroyed behind the run, as at the end of the "
                "program: holds() was being destroyed, suspended at asio_afterwards_test.cpp:"));
  EXPECT_EQ(cofault::sites::site(late.findings[0].site).line, held_line);
  const auto at_once = explore(runs_beside<first::dies_at_once>, how);
  ASSERT_THAT(at_once.findings, SizeIs(1)) << describe(at_once);
  EXPECT_THAT(at_once.findings[0].explanation, testing::Not(HasSubstr("when the world")));
}

// What its question holds needs the context, which the world takes with it.
struct door {
  explicit door(const net::any_io_executor& executor) : opened(executor, 1ms), strand(executor) {}
  net::steady_timer opened;
  net::strand<net::any_io_executor> strand;
};

awaitable<void> passes(std::shared_ptr<door> d) { co_await d->opened.async_wait(use_awaitable); }

awaitable<void> is_stopped_before_the_probe() {
  const auto d = std::make_shared<door>(co_await net::this_coro::executor);
  cofault::probe([d] { return passes(d); });
  co_await sleep_for(1s);
}

NET_TEST(Afterwards, AProbeThatIsNeverRunGoesBeforeItsWorld) {
  namespace inject = cofault::inject;
  const auto result = explore(is_stopped_before_the_probe,
                              cofault::options().inject(inject::stop(), inject::destroy()));
  EXPECT_THAT(result, SurvivesEveryFault());
  EXPECT_GT(result.trials, 0u);
}

struct shared_log {
  bool gone = false;
};

constexpr unsigned last_await = __LINE__ + 4;
template <bool Looks>
awaitable<void> writes_later(std::shared_ptr<shared_log> log) {
  net::steady_timer timer(co_await net::this_coro::executor, 0s);
  co_await timer.async_wait(use_awaitable);
  if (log->gone && !Looks) std::abort();
}

template <bool Looks>
awaitable<void> owns_the_log() {
  const auto log = std::make_shared<shared_log>();
  net::co_spawn(co_await net::this_coro::executor, writes_later<Looks>(log),
                [](std::exception_ptr) {});
  try {
    co_await sleep_for(1s);
  } catch (...) {
    log->gone = true;
    throw;
  }
}

// The fault is elsewhere.
NET_TEST(Afterwards, WhoWasRunningWhenTheProcessDiedIsNamed) {
  const auto how = failing_in("sleep_for");
  const auto dies = explore(owns_the_log<false>, how);
  ASSERT_THAT(dies.findings, SizeIs(1)) << describe(dies);
  EXPECT_EQ(dies.findings[0].property, "the process survives");
  EXPECT_THAT(dies.findings[0].explanation,
              HasSubstr("while writes_later() was running, behind its await at "));
  EXPECT_EQ(cofault::sites::site(dies.findings[0].site).line, last_await);
  EXPECT_THAT(explore(owns_the_log<true>, how), SurvivesEveryFault());
}

}  // namespace
