// SPDX-License-Identifier: BSL-1.0
// What a task that listens to a stop token leaves behind when it is cancelled: each mistake and its
// correct neighbour.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>

#include "../support/task_cancelling.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/gtest.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace support;
using cofault::moment;
using cofault::scheduler;

// Without a guard a cancellation leaves the gate occupied.
template <bool Guarded>
task<> passes(scheduler& s, std::stop_token stop) {
  struct guard {
    std::uint32_t lease = cofault::acquired("the gate");
    ~guard() { cofault::released(lease); }
  };
  if constexpr (Guarded) {
    const guard held;
    co_await sleeping(s, stop, 1s);
  } else {
    const std::uint32_t lease = cofault::acquired("the gate");
    co_await sleeping(s, stop, 1s);  // guilty
    cofault::released(lease);
  }
}
template <bool Guarded>
task<> through_the_gate(scheduler& s) {
  const std::stop_source stop;
  cofault::on_cancel(stop);
  return passes<Guarded>(s, stop.get_token());
}

TEST(TaskReleased, WhatWasAcquiredIsReleasedWhereverItIsCancelled) {
  for (const moment when : {moment::running, moment::suspended, moment::due}) {
    const auto result = cofault::explore(through_the_gate<false>, cancelling({when}));
    ASSERT_EQ(result.findings.size(), 1u) << describe(result);
    EXPECT_EQ(result.findings[0].property, "what is acquired is released");
    EXPECT_THAT(result.findings[0].report, blames("guilty"));
    EXPECT_THAT(cofault::explore(through_the_gate<true>, cancelling({when})),
                cofault::SurvivesEveryFault());
  }
}

// ---- clean-up finishes

// Its clean-up listens to the token that is stopped already, or to none.
template <bool Shielded>
task<> writes(scheduler& s, std::stop_token stop) {
  const std::uint32_t lease = cofault::acquired("the journal");
  std::exception_ptr error;
  try {
    co_await sleeping(s, stop, 1s);  // struck
  } catch (...) {
    error = std::current_exception();
  }
  const std::stop_token listens = Shielded ? std::stop_token() : stop;
  if (error) co_await sleeping(s, listens, 1ms);  // cleans up
  cofault::released(lease);
  if (error) std::rethrow_exception(error);
}

// Blamed is the await across which it was held when the request struck; or, where that came before
// it was acquired, the last one.
TEST(TaskReleased, ACleanUpThatIsCancelledItself) {
  using enum moment;
  const auto f =
      only_finding(cancelled(writes<false>, cancelling({running, suspended, due, late})));
  EXPECT_EQ(f.property, "what is acquired is released");
  EXPECT_THAT(f.report, blames("struck"));
  const auto before = only_finding(cancelled(writes<false>, cancelling({start})));
  EXPECT_EQ(before.property, "what is acquired is released");
  EXPECT_THAT(before.report, blames("cleans up"));
  EXPECT_THAT(cancelled(writes<true>), cofault::SurvivesEveryFault());
}

// ---- nobody else is hurt

template <bool Guarded>
task<> counts(scheduler& s, std::stop_token stop) {
  const auto busy = std::make_shared<bool>(false);
  // A scheduler of no runtime has no probe of its own.
  cofault::detail::add_probe([busy](const cofault::detail::probe_done& done) {
    using enum cofault::detail::probe_result;
    done(*busy ? differs : passed);
  });
  struct free {
    bool& busy;
    ~free() {
      if (Guarded) busy = false;
    }
  };
  const free guard{*busy};
  *busy = true;
  co_await sleeping(s, stop, 1s);  // guilty
  *busy = false;
}

TEST(TaskReleased, TheProbeHolds) {
  const auto f = only_finding(cancelled(counts<false>));
  EXPECT_EQ(f.property, "one fault hurts nobody else");
  EXPECT_THAT(f.report, blames("guilty"));
  EXPECT_THAT(cancelled(counts<true>), cofault::SurvivesEveryFault());
}

}  // namespace
