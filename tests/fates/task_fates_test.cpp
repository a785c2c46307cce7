// SPDX-License-Identifier: BSL-1.0
// Every row of docs/fates.md: a program with that fate and, beside it, its neighbour.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <iostream>
#include <stdexcept>

#include "cofault/scheduler.hpp"
#include "task_fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace support;
using cofault::options;
using cofault::scheduler;
using testing::ElementsAre;
using testing::HasSubstr;

task<> step(scheduler& s) { co_await s.yield(); }

// ---- surfaced and swallowed

task<> surfaces(scheduler& s) { co_await step(s); }

task<> swallows(scheduler& s) {
  try {
    co_await step(s);
  } catch (const std::exception&) {  // the line to blame
  }
}

TEST(Fates, SurfacedAndSwallowed) {
  EXPECT_EQ(fates(surfaces), "surfaced");
  const told t = fault_in(swallows);
  EXPECT_EQ(t.fates, "swallowed");
#ifndef __OPTIMIZE__
  EXPECT_THAT(t.lost, ElementsAre(HasSubstr("the line to blame")));
#endif
}

task<> rethrows(scheduler& s) {
  try {
    co_await swallows(s);
    co_await s.yield();
  } catch (...) {
    throw;
  }
}

TEST(Fates, RethrownIsSurfaced) { EXPECT_EQ(fates(rethrows, options(), 1), "surfaced"); }

// ---- reported

enum class sink { none, err, buffered_out, cerr, cout, other, too_late, elsewhere };

template <sink Sink>
task<> logs(scheduler& s) {
  if (Sink == sink::elsewhere) std::fputs("starting\n", stderr);
  try {
    co_await step(s);
  } catch (const std::exception& e) {
    if (Sink == sink::err) std::fprintf(stderr, "failed: %s\n", e.what());
    if (Sink == sink::buffered_out) std::printf("failed: %s", e.what());
    if (Sink == sink::cerr) std::cerr << "failed: " << e.what() << '\n';
    if (Sink == sink::cout) std::cout << "failed: " << e.what() << '\n';
    if (Sink == sink::other) cofault::reported();
  }
  if (Sink == sink::too_late) std::fputs("done\n", stderr);
}

// A sink that fails itself while it is told.
enum class broken_sink { before_printing, after_printing, guarded };

void write_log(broken_sink how) {
  if (how == broken_sink::after_printing) std::fputs("failed: ", stderr);
  throw std::runtime_error("the disk is full");
}

template <broken_sink How>
task<> logs_to_a_broken_sink(scheduler& s) {
  try {
    co_await step(s);
  } catch (const std::exception&) {
    if (How != broken_sink::guarded) write_log(How);
    try {
      write_log(How);
    } catch (const std::exception&) {
    }
  }
}

template <broken_sink How>
task<> survives_a_broken_sink(scheduler& s) {
  try {
    co_await logs_to_a_broken_sink<How>(s);
  } catch (const std::exception&) {
  }
}

TEST(Fates, OfASinkThatThrows) {
  // What the sink threw takes the place of what it was told.
  EXPECT_EQ(fates(logs_to_a_broken_sink<broken_sink::before_printing>), "translated surfaced");
  EXPECT_EQ(fates(logs_to_a_broken_sink<broken_sink::after_printing>), "translated surfaced");
  EXPECT_EQ(fates(survives_a_broken_sink<broken_sink::before_printing>), "translated swallowed");
  // Nothing was printed, and the sink's failure is the handler's own affair.
  EXPECT_EQ(fates(logs_to_a_broken_sink<broken_sink::guarded>), "swallowed unjudged");
}

TEST(Fates, ReportedByAnySink) {
  EXPECT_EQ(fates(logs<sink::err>), "reported");
  EXPECT_EQ(fates(logs<sink::buffered_out>), "reported");
  EXPECT_EQ(fates(logs<sink::cerr>), "reported");
  EXPECT_EQ(fates(logs<sink::cout>), "reported");
  EXPECT_EQ(fates(logs<sink::other>), "reported");
}

TEST(Fates, WhatIsPrintedBeforeAndBehindTheHandlerIsNoReport) {
  EXPECT_EQ(fates(logs<sink::none>), "swallowed");
  EXPECT_EQ(fates(logs<sink::too_late>), "swallowed");
  EXPECT_EQ(fates(logs<sink::elsewhere>), "swallowed");
}

// ---- translated and replaced

task<> translates(scheduler& s) {
  try {
    co_await step(s);
  } catch (const std::exception&) {
    throw std::logic_error("no step");
  }
}

task<> translates_behind(scheduler& s) {
  bool failed = false;
  try {
    co_await step(s);
  } catch (const std::exception&) {
    failed = true;
  }
  co_await s.yield();
  if (failed) throw std::logic_error("no step");
}

task<> translates_nested(scheduler& s) {
  try {
    co_await step(s);
  } catch (...) {
    std::throw_with_nested(std::logic_error("no step"));
  }
}

TEST(Fates, Translated) {
  EXPECT_EQ(fates(translates), "translated surfaced");
  EXPECT_EQ(fates(translates_nested), "translated surfaced");
}

TEST(Fates, TranslatedBehindTheHandler) {
  EXPECT_THAT(fates(translates_behind), testing::StartsWith("translated "));
}

task<> replaces(scheduler& s) {
  int done = 0;
  co_await [](scheduler& w, int& n) -> task<> {
    try {
      co_await step(w);
      n = 1;
    } catch (...) {  // the line to blame
    }
  }(s, done);
  if (done == 0) throw std::logic_error("something is wrong");
}

TEST(Fates, Replaced) {
  const told t = fault_in(replaces);
  EXPECT_EQ(t.fates, "replaced surfaced");
#ifndef __OPTIMIZE__
  EXPECT_THAT(t.lost, ElementsAre(HasSubstr("the line to blame")));
#endif
}

// ---- retried

template <int Attempts>
task<> retries(scheduler& s) {
  for (int i = 0; i < Attempts; ++i) {
    try {
      co_await step(s);
      co_return;
    } catch (const std::exception&) {
    }
  }
}

TEST(Fates, RetriedUntilTheLastAttempt) {
  EXPECT_EQ(fates(retries<3>), "retried");
  EXPECT_EQ(fates(retries<1>), "swallowed");
}

// ---- returned

task<bool> tries(scheduler& s) {
  try {
    co_await step(s);
    co_return true;
  } catch (const std::exception&) {
    co_return false;
  }
}
task<> asks(scheduler& s) { co_await tries(s); }

task<bool> tries_and_goes_on(scheduler& s) {
  bool done = true;
  try {
    co_await step(s);
  } catch (const std::exception&) {
    done = false;
  }
  co_await s.yield();
  co_return done;
}
task<> asks_in_vain(scheduler& s) { co_await tries_and_goes_on(s); }

TEST(Fates, ReturnedAtOnceOrSwallowed) {
  EXPECT_EQ(fates(asks), "returned");
  EXPECT_EQ(fates(asks_in_vain), "swallowed");
}

// ---- recovered

struct cache {
  int value = 7, looked_at = 0;
  task<> refresh(scheduler& s) {
    try {
      co_await step(s);
    } catch (const std::exception&) {
    }
  }
};

task<int> shows(scheduler& s) {
  cache c;
  co_await c.refresh(s);
  co_return c.value;
}
task<> shows_nothing(scheduler& s) {
  cache c;
  co_await c.refresh(s);
}
task<> looked_only_before(scheduler& s) {
  cache c;
  cofault::observe(c.value);
  co_await c.refresh(s);
}

TEST(Fates, RecoveredIfTheTestLooksBehindIt) {
  EXPECT_EQ(fates(shows), "recovered");
  EXPECT_EQ(fates(shows_nothing), "swallowed");
  EXPECT_EQ(fates(looked_only_before), "swallowed");
}

// ---- declared

TEST(Fates, DeclaredByAPredicate) {
  const auto with = [](bool yes) {
    return options().deliberate<cofault::injected_error>(
        [yes](const cofault::injected_error&) { return yes; });
  };
  EXPECT_EQ(fates(swallows, with(true)), "declared");
  EXPECT_EQ(fates(swallows, with(false)), "swallowed");
  EXPECT_EQ(fates(swallows, options().deliberate<std::bad_alloc>()), "swallowed");
}

// ---- terminated

task<> aborts(scheduler& s) {
  try {
    co_await step(s);
  } catch (...) {
    std::abort();
  }
}

TEST(Fates, AbortIsNoTerminate) {
  const auto result = cofault::explore(aborts, options(), {});
  ASSERT_EQ(result.findings.size(), 1u) << describe(result);
  EXPECT_EQ(result.findings[0].property, "the process survives");
}

// ---- in this process

TEST(Fates, PrintingIsSeenInThisProcess) {
  const auto result = cofault::explore(logs<sink::err>, options().in_process(), {});
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_FALSE(cofault::explore(logs<sink::none>, options().in_process(), {}).clean());
}

}  // namespace
