// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cofault/instrument.hpp>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <utility>

namespace bench {

// One task type in two copies; only the watched one is instrumented.
template <bool Watched>
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
          promise_type& self = h.promise();
          if (self.left != nullptr && --*self.left > 0) return std::noop_coroutine();
          return self.waiting;
        }
        void await_resume() noexcept {}
      };
      return back{};
    }
    void unhandled_exception() { error = std::current_exception(); }
    void return_value(int v) { value = v; }
    std::coroutine_handle<> waiting = std::noop_coroutine();
    int* left = nullptr;  // how many of a join still run
    std::exception_ptr error;
    int value = 0;
    std::uint32_t number = 0, visits = 0;  // for a loop that tells one from another
  };

  explicit task(std::coroutine_handle<promise_type> h) : handle_(h) {}
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~task() {
    if (handle_) handle_.destroy();
  }
  std::coroutine_handle<> handle() const { return handle_; }
  void join(std::coroutine_handle<> waiting, int& left) {
    handle_.promise().waiting = waiting;
    handle_.promise().left = &left;
    handle_.resume();
  }
  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) {
    handle_.promise().waiting = h;
    return handle_;
  }
  int await_resume() {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    return handle_.promise().value;
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace bench

COFAULT_INSTRUMENT(bench::task<true>);
