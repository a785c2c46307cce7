// SPDX-License-Identifier: BSL-1.0
// Several co_awaits in one expression: g++ starts the second although the first has failed, and
// looks at the results of both behind that.
#include <exception>

#include "cofault/inject/throwing.hpp"
#include "task_fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace support;
using cofault::exploration;
using cofault::options;
using cofault::scheduler;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct lost : std::exception {};
struct refused : std::exception {};

task<int> one(scheduler& s) {
  co_await s.yield();
  co_return 1;
}
task<int> two(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const lost&) {
    throw refused();
  }
  co_return 2;
}
task<> adds(scheduler& s) {
  const int sum = co_await one(s) + co_await two(s);
  if (sum != 3) throw refused();
}

exploration both_failing(task<> (*program)(scheduler&)) {
  return explore(factory_of(program), options().inject(cofault::inject::throwing(lost())));
}

TEST(OneExpression, WhatRanTooEarlyIsANote) {
  const exploration result = both_failing(adds);
  EXPECT_TRUE(result.clean()) << describe(result);
#ifdef __clang__
  EXPECT_TRUE(result.notes.empty()) << describe(result);
#else
  EXPECT_THAT(result.notes, Contains(HasSubstr("two() ran, and its exception was lost, although "
                                               "one() had failed")));
  EXPECT_THAT(result.notes, Contains(HasSubstr("a statement of its own")));
#endif
}

task<> step(scheduler& s) { co_await s.yield(); }
task<> joins(scheduler& s) { co_await join_ignoring(step(s), step(s)); }

TEST(OneExpression, WhatAJoinDropsIsAFinding) {
  const exploration result = both_failing(joins);
  EXPECT_FALSE(result.clean());
  EXPECT_THAT(describe(result), Not(HasSubstr("a statement of its own")));
}

}  // namespace
