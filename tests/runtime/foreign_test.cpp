// SPDX-License-Identifier: BSL-1.0
// Coroutines of other types that a task has started.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <string>
#include <utility>
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

// The event of every tutorial: who rings resumes who listens, in place.
class bell {
 public:
  auto operator co_await() noexcept {
    struct awaiter {
      bell& of;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> h) const noexcept { of.listens_ = h; }
      void await_resume() const noexcept {}
    };
    return awaiter{*this};
  }
  void ring() { std::exchange(listens_, nullptr).resume(); }

 private:
  std::coroutine_handle<> listens_;
};

enum class then { sleeps, awaits, ends, waits_to_be_cancelled };

task<int> later(std::vector<std::string>& done) {
  co_await sleep_for(2ms);
  done.push_back("later");
  co_return 7;
}
task<> listens(bell& b, then what, std::vector<std::string>& done) {
  co_await b;
  if (what == then::sleeps) co_await sleep_for(2ms);
  if (what == then::awaits) {
    EXPECT_EQ(co_await later(done), 7);
  }
  if (what == then::waits_to_be_cancelled) co_await sleep_for(1h);
  done.push_back("listened");
}
task<> rings(bell& b, std::vector<std::string>& done) {
  co_await sleep_for(1ms);
  b.ring();
  done.push_back("rung");
}

class Bell : public testing::TestWithParam<then> {};

TEST_P(Bell, WhoIsResumedInPlaceStaysInItsOwnTask) {
  scheduler s;
  bell b;
  std::vector<std::string> done;
  const handle<> listening = spawn(s, listens(b, GetParam(), done)),
                 ringing = spawn(s, rings(b, done));
  s.advance(1s);
  EXPECT_TRUE(ringing.done());
  if (GetParam() == then::waits_to_be_cancelled) {
    EXPECT_FALSE(listening.done());
    listening.cancel();
    s.run_until_idle();
    EXPECT_TRUE(listening.cancelled());
    return;
  }
  EXPECT_TRUE(listening.done());
  const bool awaits = GetParam() == then::awaits;
  EXPECT_EQ(done.size(), awaits ? 3u : 2u);
  EXPECT_EQ(done.back(), GetParam() == then::ends ? "rung" : "listened");
}
std::string name_of(const testing::TestParamInfo<then>& test) {
  switch (test.param) {
    case then::sleeps:
      return "Sleeps";
    case then::awaits:
      return "Awaits";
    case then::ends:
      return "Ends";
    case then::waits_to_be_cancelled:
      break;
  }
  return "WaitsToBeCancelled";
}
INSTANTIATE_TEST_SUITE_P(Foreign, Bell,
                         testing::Values(then::sleeps, then::awaits, then::ends,
                                         then::waits_to_be_cancelled),
                         name_of);

}  // namespace
