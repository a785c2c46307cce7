// SPDX-License-Identifier: BSL-1.0
// Coroutines of other types that a task has started.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "../support/unseen.hpp"
#include "cofault/runtime.hpp"

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using cofault::scheduler;

support::unseen beside(scheduler& s, std::chrono::nanoseconds d, std::vector<std::string>& done) {
  co_await s.sleep_for(d);
  co_await s.yield();
  done.push_back("beside");
}
task<> leaves_behind(scheduler& s, std::chrono::nanoseconds d, std::vector<std::string>& done) {
  beside(s, d, done);
  co_await sleep_for(1ms);
  done.push_back("task");
}

TEST(Foreign, GoesOnBehindTheTaskThatStartedIt) {
  for (const auto d : {0ns, 1'000'000ns, 5'000'000ns}) {
    scheduler s;
    std::vector<std::string> done;
    const handle<> h = spawn(s, leaves_behind(s, d, done));
    s.advance(1s);
    EXPECT_TRUE(h.done());
    EXPECT_THAT(done, testing::UnorderedElementsAre("task", "beside"));
  }
}

}  // namespace
