// SPDX-License-Identifier: BSL-1.0
// A task type and two functions that return it, one compiled with its instrumentation and one
// without. This header is what a library's own would be: it knows nothing of cofault.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

namespace mixed {

// A lazy coroutine, or nothing but a value.
template <class T>
class [[nodiscard]] task {
 public:
  struct promise_type {
    task get_return_object() {
      return task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct back {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
          return h.promise().waiting;
        }
        void await_resume() noexcept {}
      };
      return back{};
    }
    void unhandled_exception() { error = std::current_exception(); }
    void return_value(T v) { value = std::move(v); }
    std::coroutine_handle<> waiting;
    std::exception_ptr error;
    T value{};
  };

  explicit task(std::coroutine_handle<promise_type> h) : handle_(h) {}
  explicit task(T ready) : value_(std::move(ready)) {}
  task(task&& other) noexcept
      : handle_(std::exchange(other.handle_, {})), value_(std::move(other.value_)) {}
  ~task() {
    if (handle_) handle_.destroy();
  }
  bool await_ready() { return !handle_; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) {
    handle_.promise().waiting = h;
    return handle_;
  }
  T await_resume() {
    if (!handle_) return std::move(value_);
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    return std::move(handle_.promise().value);
  }

 private:
  std::coroutine_handle<promise_type> handle_;
  T value_{};
};

task<int> instrumented();
task<int> forgotten_target();  // compiled without cofault_instrument

}  // namespace mixed
