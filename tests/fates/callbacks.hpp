// SPDX-License-Identifier: BSL-1.0
// Library code: who starts a task and does not wait for it. This file is no user code, and its
// coroutines are of types that are not instrumented.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <utility>

#include "../support/task.hpp"
#include "joins.hpp"

namespace support {

// How a task ended: its error as a value.
class ended {
 public:
  ended() = default;
  explicit ended(std::exception_ptr error) : error_(std::move(error)) {}
  bool failed() const { return error_ != nullptr; }

 private:
  std::exception_ptr error_;
};

// Starts at once, and destroys itself at its end.
struct on_its_own {
  struct promise_type {
    on_its_own get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

// The task goes, and what it ended with stays.
inline ended take_end(task<> done) {
  return ended(std::exchange(done.coroutine().promise().error, nullptr));
}

// Hands the callback how the task ended.
template <class Callback>
on_its_own start(task<> work, Callback then) {
  co_await settled{work};
  then(take_end(std::move(work)));
}

// Nobody is told.
inline on_its_own start(task<> work) { co_await settled{work}; }

// Starts at once, and keeps what it ended with until it destroys itself: nobody can ask for that,
// but who gave it a function, which is told then.
struct forgotten {
  using callback = void (*)(std::exception_ptr);
  struct promise_type {
    std::exception_ptr error;
    callback then = nullptr;
    promise_type() = default;
    promise_type(task<>&, callback& c) : then(c) {}
    struct end {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        const callback then = ended.promise().then;
        const std::exception_ptr error =
            then != nullptr ? std::move(ended.promise().error) : nullptr;
        ended.destroy();
        if (then != nullptr) then(error);
      }
      void await_resume() noexcept {}
    };
    forgotten get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    end final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }
  };
};

// A coroutine that is not waited for: what it ends with stays in the future, for who asks.
class future {
 public:
  struct promise_type {
    std::shared_ptr<std::exception_ptr> error = std::make_shared<std::exception_ptr>();
    future get_return_object() { return future(error); }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { *error = std::current_exception(); }
  };
  void get() const {
    if (*error_) std::rethrow_exception(*error_);
  }

 private:
  explicit future(std::shared_ptr<std::exception_ptr> error) : error_(std::move(error)) {}
  std::shared_ptr<std::exception_ptr> error_;
};

}  // namespace support

COFAULT_INSTRUMENT(support::future);
COFAULT_INSTRUMENT(support::forgotten);

namespace support {

inline forgotten forget(task<> work) { co_await std::move(work); }
inline forgotten forget(task<> work, forgotten::callback) { co_await std::move(work); }

}  // namespace support
