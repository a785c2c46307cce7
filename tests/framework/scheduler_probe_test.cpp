// SPDX-License-Identifier: BSL-1.0
// A probe in a world whose coroutines are of the program's own type.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <coroutine>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/gtest.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::scheduler;
using cofault::SurvivesEveryFault;
using support::task;

enum class harm { none, counts, throws };

struct desk {
  bool busy = false;
  int open = 0;
};

// Whoever comes takes a number, and gives it back; a guard does that behind a fault, too.
template <harm Harm>
task<> serve(scheduler& s, std::shared_ptr<desk> d) {
  struct guard {
    desk& of;
    bool armed;
    ~guard() {
      if (armed) of.busy = false, --of.open;
    }
  } held{*d, Harm == harm::none};
  d->busy = true;
  ++d->open;
  co_await s.yield();  // guilty
  if (Harm == harm::none) co_return;
  d->busy = false;
  --d->open;
}

template <harm Harm>
task<int> ask(scheduler& s, std::shared_ptr<desk> d) {
  if (Harm == harm::throws && d->busy) throw std::runtime_error("busy");
  co_await s.yield();
  co_return d->open;
}

template <harm Harm, harm Asked>
cofault::exploration explored() {
  return cofault::explore([](scheduler& s) -> task<> {
    const auto d = std::make_shared<desk>();
    cofault::probe([d](scheduler& in) { return ask<Asked>(in, d); });
    return serve<Harm>(s, d);
  });
}

template <harm Asked>
void expect_found() {
  const auto found = explored<harm::counts, Asked>();
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_EQ(found.findings[0].property, "one fault hurts nobody else");
  EXPECT_THAT(found.findings[0].report, testing::HasSubstr("// guilty"));
  EXPECT_THAT((explored<harm::none, Asked>()), SurvivesEveryFault());
}

TEST(SchedulerProbe, FindsAnotherAnswer) { expect_found<harm::counts>(); }
TEST(SchedulerProbe, FindsAnException) { expect_found<harm::throws>(); }

task<> asks_nothing(scheduler& s) { co_await s.yield(); }

TEST(SchedulerProbe, NeedsNoAnswer) {
  const auto found = cofault::explore([](scheduler& s) -> task<> {
    cofault::probe([](scheduler& in) { return asks_nothing(in); });
    return asks_nothing(s);
  });
  EXPECT_THAT(found, SurvivesEveryFault());
}

// Waits for what nobody will do.
struct never {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<>) const {}
  void await_resume() const {}
};

task<> waits_where_busy(std::shared_ptr<desk> d) {
  if (d->busy) co_await never();
}

template <harm Harm>
cofault::exploration asked_by_a_waiter() {
  return cofault::explore([](scheduler& s) -> task<> {
    const auto d = std::make_shared<desk>();
    cofault::probe([d](scheduler&) { return waits_where_busy(d); });
    return serve<Harm>(s, d);
  });
}

// Whoever still waits there kills the process when it is gone.
struct strict_desk : desk {
  ~strict_desk() {
    if (busy) std::abort();
  }
};
task<> serve_strictly(scheduler& s) {
  const auto d = std::make_shared<strict_desk>();
  cofault::probe([d](scheduler&) { return waits_where_busy(d); });
  co_await serve<harm::counts>(s, d);
}

TEST(SchedulerProbe, FindsWhatHangsAndThenDies) {
  const auto found = cofault::explore(serve_strictly);
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_EQ(found.findings[0].property, "one fault hurts nobody else");
}

// Keeps the first answer, whatever it is.
struct memory {
  std::optional<int> answer;
  std::exception_ptr error;
};
task<int> fetch(scheduler& s) {
  co_await s.yield();
  co_return 7;
}
template <bool Forgets>
task<int> look_up(scheduler& s, std::shared_ptr<memory> m) {
  if (m->error) std::rethrow_exception(Forgets ? std::exchange(m->error, {}) : m->error);
  if (m->answer) co_return *m->answer;
  try {
    m->answer = co_await fetch(s);  // guilty
  } catch (...) {
    if (Forgets) throw;
    m->error = std::current_exception();
  }
  if (m->error) std::rethrow_exception(m->error);
  co_return *m->answer;
}
template <bool Forgets>
task<> looks_up(scheduler& s) {
  const auto m = std::make_shared<memory>();
  cofault::probe([m](scheduler& in) { return look_up<Forgets>(in, m); });
  co_await look_up<Forgets>(s, m);
}

// It is where the old error comes from that has to change, not what awaits that.
TEST(SchedulerProbe, BlamesWhoKeepsTheError) {
  const auto found =
      support::about(cofault::explore(looks_up<false>), "one fault hurts nobody else");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].report, testing::HasSubstr("// guilty"));
  EXPECT_THAT(found[0].explanation, testing::HasSubstr("fails with what the fault threw, which "
                                                       "left look_up#2()"));
  EXPECT_THAT(cofault::explore(looks_up<true>), SurvivesEveryFault());
}

TEST(SchedulerProbe, FindsWhatHangs) {
  const auto found = asked_by_a_waiter<harm::counts>();
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_EQ(found.findings[0].property, "one fault hurts nobody else");
  EXPECT_THAT(asked_by_a_waiter<harm::none>(), SurvivesEveryFault());
}

}  // namespace
