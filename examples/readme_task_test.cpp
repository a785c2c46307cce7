// SPDX-License-Identifier: BSL-1.0
// The snippet of README.md with a coroutine type of its own, all in one file.
#include <chrono>
#include <coroutine>
#include <exception>
#include <utility>

namespace app {

class task {  // stands for the one you have
 public:
  struct promise_type;
  using handle = std::coroutine_handle<promise_type>;
  explicit task(handle h) : handle_(h) {}
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~task() {
    if (handle_) handle_.destroy();
  }
  bool await_ready() const noexcept { return false; }
  handle await_suspend(std::coroutine_handle<> awaiting) noexcept;
  void await_resume();

 private:
  handle handle_;
};

struct task::promise_type {
  struct back {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(handle done) noexcept { return done.promise().awaiting; }
    void await_resume() const noexcept {}
  };
  task get_return_object() { return task(handle::from_promise(*this)); }
  std::suspend_always initial_suspend() noexcept { return {}; }
  back final_suspend() noexcept { return {}; }
  void return_void() {}
  void unhandled_exception() { error = std::current_exception(); }
  std::coroutine_handle<> awaiting;
  std::exception_ptr error;
};

inline task::handle task::await_suspend(std::coroutine_handle<> awaiting) noexcept {
  handle_.promise().awaiting = awaiting;
  return handle_;
}

inline void task::await_resume() {
  if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
}

}  // namespace app

#include <cofault/gtest.hpp>
#include <cofault/instrument.hpp>
#include <cofault/scheduler.hpp>

COFAULT_INSTRUMENT(::app::task);  // before the first coroutine of that type
COFAULT_USER_CODE(__FILE__);      // this very file gets the faults

app::task nap(cofault::scheduler& time) { co_await time.sleep_for(std::chrono::hours(1)); }

app::task night(cofault::scheduler& time) {
  for (int hour = 0; hour < 8; ++hour) co_await nap(time);
}

TEST(Readme, OwnTask) { EXPECT_THAT(cofault::explore(night), cofault::SurvivesEveryFault()); }
