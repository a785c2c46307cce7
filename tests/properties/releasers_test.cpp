// SPDX-License-Identifier: BSL-1.0
// What is given back by awaiting an operation of the peer: a fault that kept that operation from
// running is no leak of the program, unless it has another way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <exception>

#include "../support/exploring.hpp"
#include "../support/ledger.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/usual.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault::runtime;
using cofault::SurvivesEveryFault;
using support::ledger;
using testing::HasSubstr;
using testing::SizeIs;

// Awaits what gives it back, also behind an error.
template <bool Shielded>
task<> closes() {
  ledger book;
  const auto entry = co_await book.open();
  std::exception_ptr failed;
  try {
    co_await book.write(entry);
  } catch (...) {
    failed = std::current_exception();
  }
  if constexpr (Shielded)
    co_await shield(book.close(entry));
  else
    co_await book.close(entry);
  if (failed) std::rethrow_exception(failed);
}

TEST(Releasers, WhatAFaultKeptFromRunningIsNoLeak) {
  EXPECT_THAT(cofault::explore(closes<false>), SurvivesEveryFault());
  EXPECT_THAT(cofault::explore(closes<true>), SurvivesEveryFault());
}

task<> forgets_to_close() {
  ledger book;
  const auto entry = co_await book.open();
  co_await book.write(entry);  // guilty
  co_await book.close(entry);
}

TEST(Releasers, WhatWasNotEvenAskedForIsOne) {
  const auto found = cofault::explore(forgets_to_close);
  ASSERT_THAT(found.findings, SizeIs(1)) << describe(found);
  EXPECT_THAT(found.findings[0].report, HasSubstr("// guilty"));
}

// One of the two is kept open by the fault, the other one by the program.
template <bool Both>
task<> close_each(ledger& book, std::array<ledger::ticket, 2> entries) {
  std::exception_ptr failed;
  for (const auto entry : entries) {
    try {
      co_await book.close(entry);
    } catch (...) {
      if (!Both) throw;
      failed = std::current_exception();
    }
  }
  if (failed) std::rethrow_exception(failed);
}

template <bool Both>
task<> closes_two() {
  ledger book;
  const auto first = co_await book.open(), second = co_await book.open();
  co_await close_each<Both>(book, {first, second});
}

TEST(Releasers, AFaultExcusesNoMoreThanItKeptFromRunning) {
  using namespace cofault::inject;
  const auto how = cofault::options().inject(only(usual(), in("close_each")));
  EXPECT_THAT(cofault::explore(closes_two<true>, how), SurvivesEveryFault());
  const auto found = cofault::explore(closes_two<false>, how);
  EXPECT_THAT(support::about(found, "what is acquired is released"), SizeIs(1)) << describe(found);
}

// What failed to commit has to be rolled back, as what failed to be written is.
template <bool Careful>
task<> commits() {
  ledger book;
  const auto entry = co_await book.open();
  std::exception_ptr failed;
  try {
    co_await book.write(entry);
    if (Careful) co_await book.close(entry);
  } catch (...) {
    failed = std::current_exception();
  }
  if (failed) {
    co_await book.roll_back(entry);
    std::rethrow_exception(failed);
  }
  if (!Careful) co_await book.close(entry);  // guilty
}

TEST(Releasers, WhereThereIsAnotherWayItIsToBeTaken) {
  EXPECT_THAT(cofault::explore(commits<true>), SurvivesEveryFault());
  const auto found = cofault::explore(commits<false>);
  ASSERT_THAT(found.findings, SizeIs(1)) << describe(found);
  EXPECT_THAT(found.findings[0].report, HasSubstr("// guilty"));
}

// It drops the entry by itself where writing fails, and has forgotten that closing can fail, too.
task<> drops() {
  ledger book;
  const auto entry = co_await book.open();
  try {
    co_await book.write(entry);
  } catch (...) {
    cofault::released(entry);
    throw;
  }
  co_await book.close(entry);  // guilty
}

TEST(Releasers, AStatementOfTheProgramIsAnotherWay) {
  const auto found = cofault::explore(drops);
  ASSERT_THAT(found.findings, SizeIs(1)) << describe(found);
  EXPECT_THAT(found.findings[0].report, HasSubstr("// guilty"));
}

}  // namespace
