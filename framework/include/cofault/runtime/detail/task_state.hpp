// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>
#include <variant>

#include "cofault/runtime/detail/task_base.hpp"
#include "cofault/runtime/task.hpp"

namespace cofault::runtime::detail {

// What stands for a result of void in a tuple or a vector.
template <class T>
using value_of = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

// A task and its result.
template <class T>
class task_state : public task_base {
 public:
  using task_base::task_base;
  std::optional<value_of<T>> value;
};

// Whether the exception being handled is `cancelled`.
bool handles_cancellation() noexcept;

// The coroutine at the start of a spawned chain: runs a task and keeps its result in the state.
class entry {
 public:
  struct promise_type {
    template <class T>
    promise_type(task<T>&, task_state<T>& state) : state_(state) {}
    entry get_return_object() {
      return entry(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() { state_.returned(); }
    void unhandled_exception() { state_.failed(std::current_exception(), handles_cancellation()); }

   private:
    task_base& state_;
  };

  explicit entry(std::coroutine_handle<> coroutine) : coroutine_(coroutine) {}
  std::coroutine_handle<> coroutine() const { return coroutine_; }

 private:
  std::coroutine_handle<> coroutine_;  // the state destroys it
};

}  // namespace cofault::runtime::detail

#ifndef COFAULT_RUNTIME_UNINSTRUMENTED
COFAULT_INSTRUMENT(::cofault::runtime::detail::entry);
#endif

namespace cofault::runtime::detail {

template <class T>
entry enter(task<T> what, task_state<T>& state) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(what);
    state.value.emplace();
  } else {
    state.value.emplace(co_await std::move(what));
  }
}

[[noreturn]] void spawned_nothing();

template <class T>
std::shared_ptr<task_state<T>> spawn_state(scheduler& where, task<T> what,
                                           const std::source_location& spawned) {
  link* const first = what.get_link();
  if (first == nullptr) spawned_nothing();
  auto state = std::make_shared<task_state<T>>(where, first, spawned);
  state->start(enter(std::move(what), *state).coroutine());
  return state;
}

// The scheduler that runs on this thread; throws invalid_state if there is none.
scheduler& scheduler_here(const char* who);

// The await that the task that runs on this thread reached last.
std::source_location await_here();

}  // namespace cofault::runtime::detail
