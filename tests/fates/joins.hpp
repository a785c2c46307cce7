// SPDX-License-Identifier: BSL-1.0
// Library code: what programs wait for several tasks with. This file is no user code.
#pragma once

#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

#include "../support/task.hpp"

namespace support {

// Waits for the end of a task and leaves its error where it is.
struct settled {
  task<>& what;
  bool await_ready() const noexcept { return what.await_ready(); }
  auto await_suspend(std::coroutine_handle<> waiting) noexcept {
    return what.await_suspend(waiting);
  }
  void await_resume() const noexcept {}
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

struct several : std::runtime_error {
  explicit several(std::vector<std::exception_ptr> what)
      : runtime_error("several"), errors(std::move(what)) {}
  std::vector<std::exception_ptr> errors;
};

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

}  // namespace support
