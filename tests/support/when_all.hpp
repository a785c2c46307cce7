// SPDX-License-Identifier: BSL-1.0
// Library code: a join with a coroutine type of its own, which is not instrumented. This file is no
// user code.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "task.hpp"

namespace support {

// Waits for one task and keeps its error.
class part {
 public:
  struct join {
    std::coroutine_handle<> waiting = std::noop_coroutine();
    std::size_t left = 0;
  };
  struct promise_type {
    std::exception_ptr error;
    std::shared_ptr<join> of;

    struct at_end {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        join& all = *ended.promise().of;
        return --all.left == 0 ? all.waiting : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };
    part get_return_object() {
      return part(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    at_end final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }
  };

  part(part&& from) noexcept : handle_(std::exchange(from.handle_, {})) {}
  part& operator=(part&&) = delete;
  ~part() {
    if (handle_) handle_.destroy();
  }
  void start(std::shared_ptr<join> of) {
    handle_.promise().of = std::move(of);
    handle_.resume();
  }
  // Throws what the task threw.
  void get() const {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
  }
  bool failed() const { return handle_.promise().error != nullptr; }

 private:
  explicit part(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

inline part make_part(task<> work) { co_await std::move(work); }

inline part make_careless_part(task<> work) {
  try {
    task<> mine = std::move(work);  // its promise holds what it throws
    co_await std::move(mine);
  } catch (...) {
  }
}

// Makes the task again if it fails.
template <class Make>
part twice(Make make) {
  std::exception_ptr error;
  for (int i = 0; i < 2; ++i) {
    try {
      co_await make();
      co_return;
    } catch (...) {
      error = std::current_exception();
    }
  }
  std::rethrow_exception(error);
}

// Starts the tasks when it is awaited; gives how each ended.
class when_all {
 public:
  explicit when_all(task<> a, task<> b) {
    parts_.reserve(2);
    parts_.push_back(make_part(std::move(a)));
    parts_.push_back(make_part(std::move(b)));
  }
  explicit when_all(part only) { parts_.push_back(std::move(only)); }
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    const auto all = std::make_shared<part::join>();
    all->left = parts_.size() + 1;
    for (part& p : parts_) p.start(all);
    all->waiting = waiting;
    return --all->left > 0;
  }
  std::vector<part> await_resume() { return std::move(parts_); }

 private:
  std::vector<part> parts_;
};

}  // namespace support
