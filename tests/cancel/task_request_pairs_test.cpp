// SPDX-License-Identifier: BSL-1.0
// Tasks that are wrong when they are cancelled before their first step, after their end, a second
// time, or go on within the request itself; and their fixed twins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "../support/task_cancelling.hpp"
#include "cofault/gtest.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace support;
using cofault::moment;
using cofault::scheduler;
using testing::HasSubstr;

// ---- start: it begins with a clean slate, also of a request that has come by then

struct stoppable {
  std::stop_source source;
  void stop() { source.request_stop(); }
};

template <bool Keeps>
task<> begins(scheduler& s, std::shared_ptr<stoppable> mine) {
  if (!Keeps) mine->source = std::stop_source();
  co_await sleeping(s, mine->source.get_token(), 1s);  // guilty
}

TEST(TaskRequestPairs, Start) {
  const auto f = wrong_at(moment::start, stopped(begins<false>));
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_EQ(encode(f.smallest), "root=cancel:start");
  EXPECT_THAT(stopped(begins<true>), cofault::SurvivesEveryFault());
}

// ---- start, of a body that says only in its first step how it is cancelled: nobody can be asked

template <listening How>
task<> names_its_source(scheduler& s) {
  const std::stop_source mine;
  cofault::on_cancel(mine);
  for (int i = 0; i < 2; ++i) co_await sleeping(s, mine.get_token(), 1s, How);
}

TEST(TaskRequestPairs, ARequestThatNobodyCanTakeYetIsNotLost) {
  EXPECT_THAT(cofault::explore(names_its_source<listening::inline_>, cancelling()),
              cofault::SurvivesEveryFault());
  const auto f =
      only_finding(cofault::explore(names_its_source<listening::only_under_way>, cancelling()));
  EXPECT_THAT(f.explanation, HasSubstr("between two awaits is lost"));
}

// ---- end: what it would stop is closed by then
struct session {
  bool open = true;
  void stop() { EXPECT_TRUE(open) << "stopped a session that is closed"; }
};

template <bool Asks>
task<> serves(scheduler& s) {
  const auto mine = std::make_shared<session>();
  cofault::on_cancel([mine] {
    if (mine->open || !Asks) mine->stop();
  });
  return [](scheduler& t, std::shared_ptr<session> served) -> task<> {
    co_await t.sleep_for(1s);
    served->open = false;
  }(s, mine);
}

TEST(TaskRequestPairs, End) {
  const auto f = only_finding(cofault::explore(serves<false>, cancelling({moment::end})));
  EXPECT_EQ(encode(f.smallest), "root=cancel:end");
  EXPECT_THAT(f.report, HasSubstr("stopped a session that is closed"));
  EXPECT_THAT(cofault::explore(serves<true>, cancelling({moment::end})),
              cofault::SurvivesEveryFault());
}

// ---- a second one: a stop source knows one request only and no strengths, so who is asked again
// takes it for a stronger one, as a second signal is
struct signals {
  std::stop_source first, second;
  int asked = 0;
};

template <bool Shielded>
task<> flushes_twice_cancelled(scheduler& s) {
  const auto sources = std::make_shared<signals>();
  cofault::on_cancel(
      [sources] { (++sources->asked == 1 ? sources->first : sources->second).request_stop(); });
  return [](scheduler& t, std::shared_ptr<signals> from) -> task<> {
    const std::uint32_t lease = cofault::acquired("the journal");
    std::exception_ptr error;
    try {
      co_await sleeping(t, from->first.get_token(), 1s);
    } catch (...) {
      error = std::current_exception();
    }
    const std::stop_token stop = Shielded ? std::stop_token() : from->second.get_token();
    co_await sleeping(t, stop, 1ms);  // guilty
    cofault::released(lease);
    if (error) std::rethrow_exception(error);
  }(s, sources);
}

TEST(TaskRequestPairs, ASecondOneDuringCleanUp) {
  const auto f = wrong_at(moment::suspended, cofault::explore(flushes_twice_cancelled<false>,
                                                              cancelling({moment::suspended})));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_EQ(f.smallest.size(), 2u) << f.report;
  EXPECT_THAT(cofault::explore(flushes_twice_cancelled<true>, cancelling()),
              cofault::SurvivesEveryFault());
}

// ---- inline: it goes on before the request has returned, and sees what that has not changed yet

template <bool ClosesFirst>
struct shop {
  std::stop_source source;
  bool open = true;
  void stop() {
    if (ClosesFirst) open = false;
    source.request_stop();
    open = false;
  }
};

template <listening How, class Shop>
task<> sells(scheduler& s, std::shared_ptr<Shop> mine) {
  try {
    co_await sleeping(s, mine->source.get_token(), 1s, How);
  } catch (...) {  // guilty
    if (!mine->open) throw;
  }
  if (mine->open) co_await s.sleep_for(1s);
}

TEST(TaskRequestPairs, InlineWithinTheRequest) {
  // Also when it is due, and late: this timer takes a request until it resumes who waits.
  const auto f = wrong_at(moment::suspended, stopped(sells<listening::inline_, shop<false>>), 3);
  EXPECT_EQ(f.property, "every cancellation is honoured");
  EXPECT_THAT(stopped(sells<listening::inline_, shop<true>>), cofault::SurvivesEveryFault());
  EXPECT_THAT(stopped(sells<listening::posted, shop<false>>), cofault::SurvivesEveryFault());
}

}  // namespace
