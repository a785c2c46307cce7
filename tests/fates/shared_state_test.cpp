// SPDX-License-Identifier: BSL-1.0
// A coroutine that starts by itself, destroys itself, and shares a state with who may wait for it.
#include <chrono>
#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

#include "cofault/inject/throwing.hpp"
#include "task_fates.hpp"

namespace support {

struct shared_state {
  std::exception_ptr error;
  std::coroutine_handle<> waiting;
  bool done = false;
};

class shared_task {
 public:
  struct promise_type {
    struct end {
      std::shared_ptr<shared_state> state;
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<> ended) noexcept {
        const std::shared_ptr<shared_state> kept = state;
        ended.destroy();
        kept->done = true;
        if (kept->waiting) kept->waiting.resume();
      }
      void await_resume() noexcept {}
    };
    std::shared_ptr<shared_state> state = std::make_shared<shared_state>();
    shared_task get_return_object() { return shared_task(state); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    end final_suspend() noexcept { return {state}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { state->error = std::current_exception(); }
  };

  bool await_ready() const { return state_->done; }
  void await_suspend(std::coroutine_handle<> waiting) { state_->waiting = waiting; }
  void await_resume() const {
    if (state_->error) std::rethrow_exception(state_->error);
  }

 private:
  explicit shared_task(std::shared_ptr<shared_state> state) : state_(std::move(state)) {}
  std::shared_ptr<shared_state> state_;
};

}  // namespace support

COFAULT_INSTRUMENT(support::shared_task);
COFAULT_USER_CODE(__FILE__);

namespace {

using namespace support;
using namespace std::chrono_literals;
using cofault::options;
using cofault::scheduler;
using testing::HasSubstr;

struct lost : std::exception {};

shared_task works(scheduler& s) { co_await s.sleep_for(1ms); }
task<> works_twice(scheduler& s) {
  for (int i = 0;; ++i) try {
      co_await works(s);
      co_return;
    } catch (const lost&) {
      if (i == 1) throw;
    }
}
task<> forgets(scheduler& s) {
  works(s);  // forgotten here
  co_await s.sleep_for(1s);
}

// The co_await itself does not fail while what it waits for goes on: nobody could retrieve the end
// of that.
TEST(SharedState, WhoAwaitsOneThatRunsWaitsForIt) {
  const auto how = options().inject(cofault::inject::throwing(lost()));
  const auto twice = explore(factory_of(works_twice), how);
  EXPECT_TRUE(twice.clean()) << describe(twice);
  EXPECT_EQ(twice.points, 1u) << describe(twice);
  EXPECT_GT(twice.trials, 0u);
  const auto forgotten = explore(factory_of(forgets), how);
  EXPECT_THAT(describe(forgotten), HasSubstr("works(s);  // forgotten here"));
}

}  // namespace
