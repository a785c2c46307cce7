// SPDX-License-Identifier: BSL-1.0
// Properties as a user writes them, most of them wrong: params_test and bad_property_test run them,
// each in a process of its own.
#include <gtest/gtest.h>

#include <cofault/gtest.hpp>
#include <cofault/rapidcheck.hpp>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "booking.hpp"
#include "rapidcheck/gtest.h"

namespace {

using booking::amounts;
using booking::body;
using cofault::runtime::task;

const amounts one = {1};  // g++ 12 refuses an initializer list in a co_await expression

struct broken {};
std::ostream& operator<<(std::ostream& out, const broken&) { return out; }

}  // namespace

template <>
struct rc::Arbitrary<broken> {
  static rc::Gen<broken> arbitrary() {
    return [](const rc::Random&, int) -> rc::Shrinkable<broken> {
      throw std::runtime_error("the generator is broken");
    };
  }
};

namespace {

RC_GTEST_PROP(Booking, Leaks, (const amounts& in, const cofault::plan& faults)) {
  RC_ASSERT(cofault::survives(body(in), faults));
}

RC_GTEST_PROP(Booking, IsFixed, (const amounts& in, const cofault::plan& faults)) {
  std::cout << "case " << in.size() << '\n';
  RC_ASSERT(cofault::survives(body(in, true), faults));
}

TEST(Booking, LeaksInACheck) {
  EXPECT_TRUE(cofault::check([](const amounts& in) { return booking::book(in, false); },
                             rc::gen::arbitrary<amounts>()));
}

TEST(Booking, IsFixedInACheck) {
  EXPECT_TRUE(cofault::check([](const amounts& in) { return booking::book(in, true); },
                             rc::gen::arbitrary<amounts>()));
}

RC_GTEST_PROP(Bad, Generator, (const broken&, const cofault::plan& faults)) {
  RC_ASSERT(cofault::survives(body(one), faults));
}

TEST(Bad, GeneratorInACheck) {
  EXPECT_TRUE(cofault::check([](const broken&) { return booking::book(one, true); },
                             rc::gen::arbitrary<broken>()));
}

RC_GTEST_PROP(Bad, ThrowsANumber, (const cofault::plan&)) { throw 1; }

task<> throws_a_number() {
  co_await cofault::runtime::yield();
  throw 1;
}

RC_GTEST_PROP(Bad, BodyThrowsANumber, (const cofault::plan& faults)) {
  RC_ASSERT(cofault::survives(throws_a_number, faults));
}

RC_GTEST_PROP(Bad, DiscardsEverything, (const amounts& in, const cofault::plan& faults)) {
  RC_PRE(in.size() > 1000);
  RC_ASSERT(cofault::survives(body(in), faults));
}

RC_GTEST_PROP(Bad, DiscardsEverythingInTheBody, (const cofault::plan& faults)) {
  const auto unwilling = []() -> task<> {
    co_await booking::book(one, true);
    RC_PRE(false);
  };
  RC_ASSERT(cofault::survives(unwilling, faults));
}

// Runs a few cases, and discards the others.
RC_GTEST_PROP(Bad, DiscardsTheLast, (const amounts& in, const cofault::plan& faults)) {
  static int cases = 0;
  RC_PRE(++cases < 20);
  RC_ASSERT(cofault::survives(body(in, true), faults));
}

RC_GTEST_PROP(Bad, DiscardsTheReplay, (const cofault::plan& faults)) {
  const auto unwilling = []() -> task<> {
    bool failed = false;
    try {
      co_await booking::book(one, true);
    } catch (const cofault::injected_error&) {
      failed = true;
    }
    RC_PRE(!failed);
  };
  RC_ASSERT(cofault::survives(unwilling, faults));
}

RC_GTEST_PROP(Bad, NeverRunsThePlan, (const cofault::plan&)) {}

RC_GTEST_PROP(Bad, ReachesNoAwaitPoint, (const cofault::plan& faults)) {
  const auto idle = []() -> task<> { co_return; };
  RC_ASSERT(cofault::survives(idle, faults));
}

RC_GTEST_PROP(Bad, AsksForNothing, (const cofault::plan& faults)) {
  RC_ASSERT(cofault::survives(body(one), faults, cofault::options().visits(0)));
}

RC_GTEST_PROP(Bad, RunsWithinARun, (const cofault::plan& faults)) {
  const auto nested = [&]() -> task<> {
    co_await booking::book(one, true);
    const auto inner = cofault::survives(body(one), faults);
    RC_ASSERT(inner);
  };
  RC_ASSERT(cofault::survives(nested, faults));
}

// Takes the process along, but only behind a fault and for long inputs.
template <class Last>
task<> dies_by(Last last, const amounts& in) {
  try {
    co_await booking::book(in, true);
  } catch (...) {
    if (in.size() > 2) last();
    throw;
  }
}

RC_GTEST_PROP(Dies, ByAnAbort, (const amounts& in, const cofault::plan& faults)) {
  const auto aborts = [&] { return dies_by([] { std::abort(); }, in); };
  RC_ASSERT(cofault::survives(aborts, faults));
}

RC_GTEST_PROP(Dies, ByAnExit, (const amounts& in, const cofault::plan& faults)) {
  const auto exits = [&] { return dies_by([] { std::exit(0); }, in); };
  RC_ASSERT(cofault::survives(exits, faults));
}

TEST(Dies, InACheck) {
  EXPECT_TRUE(cofault::check([](const amounts& in) { return dies_by([] { std::abort(); }, in); },
                             rc::gen::arbitrary<amounts>()));
}

RC_GTEST_PROP(Dies, WithoutAFault, (const cofault::plan& faults)) {
  const auto aborts = []() -> task<> {
    co_await booking::book(one, true);
    std::abort();
  };
  RC_ASSERT(cofault::survives(aborts, faults));
}

RC_GTEST_PROP(Dies, OutsideOfARun, (const cofault::plan& faults)) {
  RC_ASSERT(cofault::survives(body(one, true), faults));
  std::abort();
}

// Assertions of both libraries in the body.
RC_GTEST_PROP(Assertion, OfRapidCheck, (const amounts& in, const cofault::plan& faults)) {
  const auto counts = [&]() -> task<> {
    co_await booking::book(in, true);
    RC_ASSERT(in.size() < 3u);
  };
  RC_ASSERT(cofault::survives(counts, faults));
}

RC_GTEST_PROP(Assertion, OfGoogleTest, (const amounts& in, const cofault::plan& faults)) {
  const auto counts = [&]() -> task<> {
    co_await booking::book(in, true);
    EXPECT_LT(in.size(), 3u);
  };
  RC_ASSERT(cofault::survives(counts, faults));
}

}  // namespace
