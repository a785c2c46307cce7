// SPDX-License-Identifier: BSL-1.0
// What a library's coroutine can do wrong, and what it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../support/exploring.hpp"
#include "../support/library_code.hpp"
#include "cofault/instrument.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::scheduler;
using support::task;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// In which of its awaits the program gets a fault.
std::vector<std::string> struck(task<> (*program)(scheduler&)) {
  return support::plans_of(
      cofault::explore(program, cofault::options().judge(support::untouched())));
}

task<> releases(scheduler& s) {
  co_await support::library_releases();
  co_await support::library_step(s);
}
TEST(UnfailingCalls, GetNoFault) { EXPECT_THAT(struck(releases), SizeIs(1)); }

task<> release(scheduler&) { co_await support::library_releases(); }
task<> releases_in_a_function_of_its_own(scheduler& s) {
  co_await release(s);
  co_await support::library_step(s);
}
TEST(UnfailingCalls, NorDoesWhoAwaitsNothingElse) {
  EXPECT_THAT(struck(releases_in_a_function_of_its_own), SizeIs(1));
}

task<> asks_a_fake(scheduler& s) {
  co_await support::library_fake();
  co_await release(s);
}
task<> steps(scheduler& s) { co_await support::library_steps_and_locks(s); }
task<> takes_a_turn(scheduler& s) { co_await support::library_takes_a_turn(s); }
TEST(UnfailingCalls, AFakeIsNone) { EXPECT_THAT(struck(asks_a_fake), SizeIs(1)); }
TEST(UnfailingCalls, NorWhatHasAStepThatFails) { EXPECT_THAT(struck(steps), SizeIs(1)); }
TEST(UnfailingCalls, NorWhatIsSuspended) { EXPECT_THAT(struck(takes_a_turn), SizeIs(1)); }

TEST(UnfailingCalls, AProgramThatHasNothingElseIsToldSo) {
  const auto result = cofault::explore(release);
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_THAT(result.error, HasSubstr("no await point that was reached in user code can fail"));
}

}  // namespace
