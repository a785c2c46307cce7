// SPDX-License-Identifier: BSL-1.0
// Coroutines that never go on behind an await that was stopped: whoever awaits them destroys them.
// They count as cancelled, and as nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <exception>

#include "../support/moments.hpp"
#include "../support/sender_world.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::exploration;
using cofault::finding;
using cofault::scheduler;
using senders::sleep;
using senders::task;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

const auto usual_and_cancel =
    cofault::options().inject(cofault::inject::usual(), cofault::inject::cancel());

exploration stopped(task<void> (*program)(scheduler&),
                    const cofault::options& how = usual_and_cancel) {
  return cofault::explore([=](scheduler& s) { return senders::root(program(s)); }, how);
}

finding only_finding(const exploration& e) {
  EXPECT_EQ(e.findings.size(), 1u) << describe(e);
  return e.findings.empty() ? finding() : e.findings[0];
}

task<void> step(scheduler& s) { co_await sleep{s, 1s}; }

// ---- no handler sees a stop

task<void> closes_in_a_handler(scheduler& s) {
  const int file = cofault::acquired("a file");
  try {
    co_await step(s);  // guilty
  } catch (...) {
    cofault::released(file);
    throw;
  }
  cofault::released(file);
}
struct file {};
task<void> closes_in_a_destructor(scheduler& s) {
  const cofault::tracked<file> opened;
  co_await step(s);
}

TEST(Stopped, AHandlerDoesNotSeeIt) {
  const finding f = only_finding(stopped(closes_in_a_handler));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(f.report, AllOf(HasSubstr("// guilty"), HasSubstr("cancel:")));
  EXPECT_THAT(stopped(closes_in_a_destructor), cofault::SurvivesEveryFault());
}

// ---- it has an effect, though nobody is told of it by an exception

task<void> asks_three_times(scheduler& s) {
  for (int i = 0; i < 3; ++i) co_await senders::if_not_stopped(step(s));
}
task<void> listens_to_nothing(scheduler& s) {
  for (int i = 0; i < 3; ++i) co_await s.sleep_for(1s);
}

TEST(Stopped, HasAnEffect) {
  EXPECT_THAT(stopped(asks_three_times), cofault::SurvivesEveryFault());
  EXPECT_THAT(stopped(listens_to_nothing).error, HasSubstr("had any effect"));
}

// ---- an operation that is stopped at once is never seen to wait

task<void> stops_itself() { co_await senders::stops(); }
task<void> goes_on_behind_it(scheduler& s) {
  co_await step(s);
  co_await senders::if_not_stopped(stops_itself());
  co_await step(s);
}

TEST(Stopped, IsNoMomentOfItsOwnWhereItHappensAtOnce) {
  const exploration e = stopped(goes_on_behind_it);
  EXPECT_THAT(e, cofault::SurvivesEveryFault());
  EXPECT_EQ(e.unreached, 0u);
}

// ---- a request that comes between two awaits

template <sleep::listening How>
task<void> sleeps_twice(scheduler& s) {
  co_await sleep{s, 1s, How};
  co_await sleep{s, 1s, How};  // guilty
}

TEST(Stopped, IsLostByAnOperationThatListensTooLate) {
  const exploration late = stopped(sleeps_twice<sleep::listening::once_started>);
  ASSERT_THAT(late.findings, testing::Not(IsEmpty())) << describe(late);
  EXPECT_EQ(late.findings[0].property, "every cancellation is honoured");
  EXPECT_THAT(late.findings[0].explanation, HasSubstr("a cancellation between two awaits is lost"));
  EXPECT_THAT(stopped(sleeps_twice<sleep::listening::always>), cofault::SurvivesEveryFault());
}

// ---- an error that was about to be dealt with

template <bool TriesAgain>
task<void> ends_an_error(scheduler& s) {
  for (int i = 0; i < 3; ++i) {
    try {
      co_await step(s);
      co_return;
    } catch (const std::exception&) {  // guilty
      if (i == 2) throw;
    }
    co_await sleep{s, 1s};
    if (!TriesAgain) co_return;
  }
}

// With it the plan stopped the coroutine while it waited for the next try.
TEST(Stopped, TellsNothingOfAnErrorThatWouldHaveBeenRetried) {
  EXPECT_THAT(stopped(ends_an_error<true>), cofault::SurvivesEveryFault());
  const finding f = only_finding(stopped(ends_an_error<false>));
  EXPECT_EQ(f.property, "every exception surfaces");
  EXPECT_THAT(f.report, HasSubstr("// guilty"));
}

// ---- an operation that may not be destroyed before it has completed, as senders have it

struct checked {
  sleep timer;
  struct operation : sleep::operation {
    explicit operation(const checked& what)
        : sleep::operation(what.timer), where(what.timer.where) {}
    ~operation() {
      if (is_under_way) std::abort();
    }
    void start(const senders::receiver& to) {
      is_under_way = true;
      const auto stop = [this, to] { (is_under_way = false, to.set_stopped()); };
      const auto end = [this, to] { (is_under_way = false, to.set_value()); };
      if (to.token.stop_requested())
        where.post(stop);
      else
        sleep::operation::start({end, to.set_error, stop, to.token});
    }
    scheduler& where;
    bool is_under_way = false;
  };
};

task<void> checked_step(scheduler& s) { co_await checked{{s, 1s}}; }
template <bool Ends>
task<void> asks_again(scheduler& s) {
  bool done = false;
  while (!done) {
    done = co_await senders::if_not_stopped(checked_step(s));
    if (Ends && !done) co_return;
  }
}

TEST(Stopped, ThatItGoesOnForEverIsTheFindingNotThatItsEndIsFatal) {
  const auto at_start =
      cofault::options().inject(cofault::inject::cancel({cofault::moment::start}));
  const exploration e = stopped(asks_again<false>, at_start);
  ASSERT_THAT(e.findings, testing::Not(IsEmpty())) << describe(e);
  for (const finding& f : e.findings)
    EXPECT_EQ(f.property, "every cancellation is honoured") << f.report;
  EXPECT_THAT(stopped(asks_again<true>, at_start), cofault::SurvivesEveryFault());
}

}  // namespace
