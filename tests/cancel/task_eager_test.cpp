// SPDX-License-Identifier: BSL-1.0
// Coroutines that begin where they are made: what they do before their first suspension comes
// before the scheduler's first step, and so do the requests there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <exception>
#include <utility>

#include "cofault/cancel.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/instrument.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/tracked.hpp"

namespace {

class eager {
 public:
  struct promise_type {
    struct back {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) noexcept {
        const auto waiting = done.promise().waiting;
        return waiting ? waiting : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    eager get_return_object() {
      return eager(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    back final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
    std::coroutine_handle<> waiting;
  };

  explicit eager(std::coroutine_handle<promise_type> h) : handle_(h) {}
  eager(eager&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~eager() {
    if (handle_) handle_.destroy();
  }
  bool await_ready() const { return handle_.done(); }
  void await_suspend(std::coroutine_handle<> waiting) { handle_.promise().waiting = waiting; }
  void await_resume() {}

 private:
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace

COFAULT_INSTRUMENT(::eager);
COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using cofault::scheduler;

template <bool Releases>
eager works(scheduler& s, bool* stop) {
  const std::uint32_t lease = cofault::acquired("a lease");
  co_await s.yield();
  if (!Releases && *stop) co_return;
  cofault::released(lease);
}

template <bool Releases>
eager stops_in_time(scheduler& s) {
  bool stop = false;
  cofault::on_cancel([&stop] { stop = true; });
  co_await works<Releases>(s, &stop);
  if (!stop) co_await s.sleep_for(1s);
}

TEST(EagerRequests, ComeBeforeTheFirstStep) {
  using namespace cofault::inject;
  const auto suspended = cofault::options().inject(cancel({cofault::moment::suspended}));
  const auto leaks = cofault::explore(stops_in_time<false>, suspended);
  ASSERT_EQ(leaks.findings.size(), 1u) << describe(leaks);
  EXPECT_EQ(leaks.findings[0].property, "what is acquired is released");
  EXPECT_EQ(encode(leaks.findings[0].smallest), "task_eager_test.cpp:works+0=cancel:suspended");
  for (const auto& how :
       {suspended, cofault::options().inject(stop()), cofault::options().inject(destroy())}) {
    const auto result = cofault::explore(stops_in_time<true>, how);
    EXPECT_THAT(result, cofault::SurvivesEveryFault());
    EXPECT_EQ(result.unreached, 0u);
  }
}

}  // namespace
