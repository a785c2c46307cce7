// SPDX-License-Identifier: BSL-1.0
// Library code: what programs wait for several tasks with. This file is no user code.
#pragma once

#include <coroutine>
#include <exception>
#include <utility>
#include <vector>

#include "../support/task.hpp"
#include "several.hpp"

namespace support {

// Waits for the end of a task and leaves its error where it is.
class settled {
 public:
  explicit settled(const task<>& what) : coroutine_(what.coroutine()) {}
  bool await_ready() const noexcept { return coroutine_.done(); }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
    coroutine_.promise().awaiting = waiting;
    return coroutine_;
  }
  void await_resume() const noexcept {}

 private:
  task<>::handle coroutine_;
};

inline std::exception_ptr error_of(task<>& done) {
  try {
    done.await_resume();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

inline task<> join_ignoring(task<> a, task<> b) {
  co_await settled{a};
  co_await settled{b};
}

inline task<> join_first_error(task<> a, task<> b) {
  co_await settled{a};
  co_await settled{b};
  a.await_resume();
  b.await_resume();
}

inline task<> join_all_errors(task<> a, task<> b) {
  co_await settled{a};
  co_await settled{b};
  throw several({error_of(a), error_of(b)});
}

inline task<std::vector<std::exception_ptr>> join_results(task<> a, task<> b) {
  co_await settled{a};
  co_await settled{b};
  co_return std::vector{error_of(a), error_of(b)};
}

inline task<> keep_first_error(task<> work, std::exception_ptr& error) {
  try {
    co_await std::move(work);
  } catch (...) {
    if (!error) error = std::current_exception();
  }
}

// Handlers of its own keep the error until its end.
template <bool Throws>
task<> join_and_keep(task<> a, task<> b) {
  std::exception_ptr error;
  co_await keep_first_error(std::move(a), error);
  co_await keep_first_error(std::move(b), error);
  if (Throws && error) std::rethrow_exception(error);
}

// Fails quietly, as its callers ask for.
inline task<> try_once(task<> work) {
  try {
    co_await std::move(work);
  } catch (...) {
  }
}

}  // namespace support
