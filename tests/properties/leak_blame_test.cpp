// SPDX-License-Identifier: BSL-1.0
// Who is blamed for a leak of what was acquired behind the fault: who had it last.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>

#include "../support/exploring.hpp"
#include "../support/ledger.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/usual.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using cofault::SurvivesEveryFault;
using support::ledger;
using testing::HasSubstr;
using testing::SizeIs;

// Fails, and takes its time to clean up. Meanwhile its sibling gets the entry.
task<> fails() {
  std::exception_ptr failed;
  try {
    co_await yield();
  } catch (...) {
    failed = std::current_exception();
  }
  co_await sleep_for(2ms);
  if (failed) std::rethrow_exception(failed);
}

struct guard {
  ledger::ticket entry;
  ~guard() { cofault::released(entry); }
};

task<ledger::ticket> opens(ledger& book) { co_return co_await book.open(); }

// The group cancels it.
template <bool Guarded, bool ByAnother>
task<> holds(ledger& book) {
  ledger::ticket entry;
  if constexpr (ByAnother)
    entry = co_await opens(book);
  else
    entry = co_await book.open();
  const guard held{Guarded ? entry : 0};
  co_await sleep_for(1h);  // guilty
  cofault::released(entry);
}

template <bool Guarded, bool ByAnother>
task<> beside() {
  ledger book;
  co_await with_task_group([&](task_group& g) -> task<> {
    g.spawn(holds<Guarded, ByAnother>(book));
    g.spawn(fails());
    co_return;
  });
}

template <bool Guarded, bool ByAnother>
cofault::exploration when_another_fails() {
  using namespace cofault::inject;
  return cofault::explore(beside<Guarded, ByAnother>,
                          cofault::options().inject(only(usual(), in("fails") && visit(1))));
}

TEST(LeakBlame, IsOnWhoHadItLast) {
  const auto found = when_another_fails<false, false>();
  ASSERT_THAT(found.findings, SizeIs(1)) << describe(found);
  EXPECT_THAT(found.findings[0].report, HasSubstr("// guilty"));
  EXPECT_THAT((when_another_fails<true, false>()), SurvivesEveryFault());
}

TEST(LeakBlame, IsOnWhoGotItAsAResult) {
  const auto found = when_another_fails<false, true>();
  ASSERT_THAT(found.findings, SizeIs(1)) << describe(found);
  EXPECT_THAT(found.findings[0].report, HasSubstr("// guilty"));
  EXPECT_THAT((when_another_fails<true, true>()), SurvivesEveryFault());
}

}  // namespace
