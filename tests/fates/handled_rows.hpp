// SPDX-License-Identifier: BSL-1.0
// The rows of docs/fates.md in which a handler ended the exception, and beside each its neighbour.
#pragma once

#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

#include "cofault/instrument.hpp"
#include "cofault/observe.hpp"
#include "fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

template <class World>
class Handled : public testing::Test {};
TYPED_TEST_SUITE_P(Handled);

// ---- surfaced and swallowed

template <class World>
task_in<World> surfaces(World w) {
  co_await w.step();
}

template <class World>
task_in<World> swallows(World w) {
  try {
    co_await w.step();
  } catch (const std::exception&) {  // swallowed here
  }
}

TYPED_TEST_P(Handled, SurfacedOrSwallowed) {
  EXPECT_EQ(fates(surfaces<TypeParam>), "surfaced");
  const told t = fault_in(swallows<TypeParam>);
  EXPECT_EQ(t.fates, "swallowed");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// swallowed here")));
}

template <class World>
task_in<World> rethrows(World w) {
  try {
    co_await w.step();
  } catch (...) {
    throw;
  }
}

TYPED_TEST_P(Handled, RethrownIsSurfaced) { EXPECT_EQ(fates(rethrows<TypeParam>), "surfaced"); }

inline std::exception_ptr kept_outside;

template <bool Outside, class World>
task_in<World> keeps(World w) {
  std::exception_ptr kept;
  try {
    co_await w.step();
  } catch (...) {  // kept here
    (Outside ? kept_outside : kept) = std::current_exception();
  }
}

TYPED_TEST_P(Handled, KeptOutsideOfTheWorldOrUntilItsEnd) {
  EXPECT_EQ(fates(keeps<true, TypeParam>), "surfaced");
  const told t = fault_in(keeps<false, TypeParam>);
  EXPECT_EQ(t.fates, "swallowed");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// kept here")));
  kept_outside = nullptr;
}

// ---- reported

enum class sink { none, err, buffered_out, cerr, cout, other, too_late, elsewhere };

template <sink Sink, class World>
task_in<World> logs(World w) {
  if (Sink == sink::elsewhere) std::fputs("starting\n", stderr);
  try {
    co_await w.step();
  } catch (const std::exception& e) {
    if (Sink == sink::err) std::fprintf(stderr, "failed: %s\n", e.what());
    if (Sink == sink::buffered_out) std::printf("failed: %s", e.what());
    if (Sink == sink::cerr) std::cerr << "failed: " << e.what() << '\n';
    if (Sink == sink::cout) std::cout << "failed: " << e.what() << '\n';
    if (Sink == sink::other) cofault::reported();
  }
  if (Sink == sink::too_late) std::fputs("done\n", stderr);
}

TYPED_TEST_P(Handled, ReportedByAnySink) {
  EXPECT_EQ(fates(logs<sink::err, TypeParam>), "reported");
  EXPECT_EQ(fates(logs<sink::buffered_out, TypeParam>), "reported");
  EXPECT_EQ(fates(logs<sink::cerr, TypeParam>), "reported");
  EXPECT_EQ(fates(logs<sink::cout, TypeParam>), "reported");
  EXPECT_EQ(fates(logs<sink::other, TypeParam>), "reported");
}

TYPED_TEST_P(Handled, WhatIsPrintedBeforeAndBehindTheHandlerIsNoReport) {
  EXPECT_EQ(fates(logs<sink::none, TypeParam>), "swallowed");
  EXPECT_EQ(fates(logs<sink::too_late, TypeParam>), "swallowed");
  EXPECT_EQ(fates(logs<sink::elsewhere, TypeParam>), "swallowed");
}

TYPED_TEST_P(Handled, PrintingIsSeenInThisProcess) {
  const auto here = cofault::options().in_process();
  const auto printed = explore(logs<sink::err, TypeParam>, here);
  EXPECT_TRUE(printed.clean()) << describe(printed);
#ifndef __OPTIMIZE__  // else it may be undecided
  EXPECT_FALSE(explore(logs<sink::none, TypeParam>, here).clean());
#endif
}

// ---- translated and replaced

template <class World>
task_in<World> translates(World w) {
  try {
    co_await w.step();
  } catch (const std::exception&) {
    throw std::logic_error("no step");
  }
}

template <class World>
task_in<World> translates_nested(World w) {
  try {
    co_await w.step();
  } catch (...) {
    std::throw_with_nested(std::logic_error("no step"));
  }
}

struct with_cause : std::runtime_error {
  explicit with_cause(std::exception_ptr why) : runtime_error("no step"), cause(std::move(why)) {}
  std::exception_ptr cause;
};

template <class World>
task_in<World> translates_with_a_member(World w) {
  std::exception_ptr why;
  try {
    co_await w.step();
  } catch (...) {
    why = std::current_exception();
  }
  if (why) throw with_cause(std::exchange(why, nullptr));
}

template <class World>
task_in<World> translates_behind(World w) {
  bool failed = false;
  try {
    co_await w.step();
  } catch (const std::exception&) {
    failed = true;
  }
  co_await w.step();
  if (failed) throw std::logic_error("no step");
}

template <class World>
task_in<World> swallows_the_translation(World w) {
  try {
    co_await translates(w);
  } catch (const std::logic_error&) {  // swallowed here
  }
}

TYPED_TEST_P(Handled, TranslatedUnlessTheOtherIsSwallowed) {
  EXPECT_EQ(fates(translates<TypeParam>), "translated surfaced");
  EXPECT_EQ(fates(translates_nested<TypeParam>), "translated surfaced");
  EXPECT_EQ(fates(translates_with_a_member<TypeParam>), "translated surfaced");
  EXPECT_EQ(fates(translates_behind<TypeParam>), "translated surfaced");
  const told t = fault_in(swallows_the_translation<TypeParam>);
  EXPECT_EQ(t.fates, "translated swallowed");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// swallowed here")));
}

template <class World>
task_in<World> tries_quietly(World w, int& done) {
  try {
    co_await w.step();
    done = 1;
  } catch (...) {  // replaced here
  }
}

template <class World>
task_in<World> replaces(World w) {
  int done = 0;
  co_await tries_quietly(w, done);
  if (done == 0) throw std::logic_error("something is wrong");
}

TYPED_TEST_P(Handled, ReplacedUnlessTheOtherHasALink) {
  const told t = fault_in(replaces<TypeParam>);
  EXPECT_EQ(t.fates, "replaced surfaced");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// replaced here")));
  EXPECT_EQ(fates(translates_behind<TypeParam>), "translated surfaced");
}

// ---- retried, returned, recovered

template <int Attempts, class World>
task_in<World> retries(World w) {
  for (int i = 0; i < Attempts; ++i) {
    try {
      co_await w.step();
      co_return;
    } catch (const std::exception&) {  // swallowed here
    }
  }
}

TYPED_TEST_P(Handled, RetriedUntilTheLastAttempt) {
  EXPECT_EQ(fates(retries<3, TypeParam>), "retried");
  const told t = fault_in(retries<1, TypeParam>);
  EXPECT_EQ(t.fates, "swallowed");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// swallowed here")));
}

template <bool AtOnce, class World>
task_in<World, bool> tries(World w) {
  bool done = true;
  try {
    co_await w.step();
  } catch (const std::exception&) {  // swallowed here
    done = false;
  }
  if (!AtOnce) co_await w.step();
  co_return done;
}

template <bool AtOnce, class World>
task_in<World> asks(World w) {
  co_await tries<AtOnce>(w);
}

TYPED_TEST_P(Handled, ReturnedAtOnceOrSwallowed) {
  EXPECT_EQ(fates(asks<true, TypeParam>), "returned");
  const told t = fault_in(asks<false, TypeParam>);
  EXPECT_EQ(t.fates, "swallowed");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// swallowed here")));
}

template <class World>
task_in<World> refreshes(World w, int& cached) {
  try {
    co_await w.step();
    cached = 7;
  } catch (const std::exception&) {  // swallowed here
  }
}

template <class World>
task_in<World, int> shows(World w) {
  int cached = 7;
  co_await refreshes(w, cached);
  co_return cached;
}

template <class World>
task_in<World> observes(World w) {
  int cached = 7;
  co_await refreshes(w, cached);
  cofault::observe(cached);
}

template <class World>
task_in<World> observes_too_early(World w) {
  int cached = 7;
  cofault::observe(cached);
  co_await refreshes(w, cached);
}

TYPED_TEST_P(Handled, RecoveredIfTheTestLooksBehindIt) {
  EXPECT_EQ(fates(shows<TypeParam>), "recovered");
  EXPECT_EQ(fates(observes<TypeParam>), "recovered");
  const told t = fault_in(observes_too_early<TypeParam>);
  EXPECT_EQ(t.fates, "swallowed");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// swallowed here")));
}

// ---- declared

TYPED_TEST_P(Handled, DeclaredByAPredicate) {
  const auto with = [](bool yes) {
    return cofault::options().deliberate<std::runtime_error>(
        [yes](const std::runtime_error&) { return yes; });
  };
  EXPECT_EQ(fates(swallows<TypeParam>, with(true)), "declared");
  EXPECT_EQ(fates(swallows<TypeParam>, with(false)), "swallowed");
  EXPECT_EQ(fates(swallows<TypeParam>, cofault::options().deliberate<std::bad_alloc>()),
            "swallowed");
}

// ---- unjudged

template <bool BecauseOfTheFault, class World>
task_in<World> has_its_own(World w) {
  bool failed = !BecauseOfTheFault;
  try {
    co_await w.step();
  } catch (const std::exception&) {
    try {
      throw std::logic_error("because of it");
    } catch (const std::logic_error&) {
    }
    throw;
  }
  try {
    if (failed) throw std::logic_error("its own");
  } catch (const std::logic_error&) {
  }
  co_await w.step();
}

TYPED_TEST_P(Handled, WhatTheProgramThrowsForItselfIsUnjudged) {
  EXPECT_EQ(fates(has_its_own<false, TypeParam>, cofault::options(), 1), "unjudged surfaced");
  EXPECT_EQ(fates(has_its_own<true, TypeParam>), "surfaced unjudged");
}

REGISTER_TYPED_TEST_SUITE_P(Handled, SurfacedOrSwallowed, RethrownIsSurfaced,
                            KeptOutsideOfTheWorldOrUntilItsEnd, ReportedByAnySink,
                            WhatIsPrintedBeforeAndBehindTheHandlerIsNoReport,
                            PrintingIsSeenInThisProcess, TranslatedUnlessTheOtherIsSwallowed,
                            ReplacedUnlessTheOtherHasALink, RetriedUntilTheLastAttempt,
                            ReturnedAtOnceOrSwallowed, RecoveredIfTheTestLooksBehindIt,
                            DeclaredByAPredicate, WhatTheProgramThrowsForItselfIsUnjudged);

}  // namespace support
