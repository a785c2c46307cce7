// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

#include "cofault/instrument.hpp"
#include "cofault/runtime/detail/link.hpp"
#include "cofault/runtime/errors.hpp"

namespace cofault::runtime {

template <class T>
class task;

namespace detail {

[[noreturn]] void awaited_twice();

struct back_to_awaiting {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
    return ended.promise().leave(ended.promise().awaiting_handle);
  }
  void await_resume() const noexcept {}
};

struct promise_base : link {
  std::coroutine_handle<> awaiting_handle = std::noop_coroutine();
  std::exception_ptr error;

  std::suspend_always initial_suspend(
      std::source_location function = std::source_location::current()) noexcept {
    named(function);
    return {};
  }
  back_to_awaiting final_suspend() noexcept { return {}; }
  void unhandled_exception() {
    error = std::current_exception();
    failed();
  }
  template <class A>
  A&& await_transform(A&& operand,
                      std::source_location where = std::source_location::current()) noexcept {
    arrived(where);
    return std::forward<A>(operand);
  }
};

template <class T>
struct promise : promise_base {
  std::optional<T> value;
  task<T> get_return_object();
  template <class U = T>
  requires std::is_constructible_v<T, U&&>
  void return_value(U&& v) { value.emplace(std::forward<U>(v)); }
  T take() {
    if (error) std::rethrow_exception(error);
    return std::move(*value);
  }
};

template <>
struct promise<void> : promise_base {
  task<void> get_return_object();
  void return_void() noexcept {}
  void take() {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

// A coroutine that starts when it is awaited, runs as a part of the task that awaits it, and gives
// a T. Awaiting it uses it up: a second time throws invalid_state. To let it run on its own, see
// spawn(). One that is destroyed without ever having started was forgotten, and is reported.
template <class T = void>
class [[nodiscard]] task {
  static_assert(!std::is_reference_v<T>, "cofault: a task gives a value, not a reference");

 public:
  using value_type = T;
  using promise_type = detail::promise<T>;
  using handle_type = std::coroutine_handle<promise_type>;

  explicit task(handle_type coroutine) noexcept : coroutine_(coroutine) {}
  task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, {})) {}
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      drop();
      coroutine_ = std::exchange(other.coroutine_, {});
    }
    return *this;
  }
  ~task() { drop(); }

  class awaiter {
   public:
    explicit awaiter(handle_type coroutine) noexcept : coroutine_(coroutine) {}
    awaiter(const awaiter&) = delete;
    awaiter& operator=(const awaiter&) = delete;
    ~awaiter() { coroutine_.destroy(); }
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
      coroutine_.promise().awaiting_handle = awaiting;
      return coroutine_.promise().enter(coroutine_, awaiting);
    }
    T await_resume() { return coroutine_.promise().take(); }

   private:
    handle_type coroutine_;
  };

  awaiter operator co_await() {
    if (!coroutine_) detail::awaited_twice();
    return awaiter(std::exchange(coroutine_, {}));
  }

  // The coroutine's place in the chain of awaits; null once it was awaited.
  detail::link* get_link() const noexcept { return coroutine_ ? &coroutine_.promise() : nullptr; }

 private:
  void drop() noexcept {
    if (!coroutine_) return;
    coroutine_.promise().forgotten();
    coroutine_.destroy();
  }

  handle_type coroutine_;
};

namespace detail {

template <class T>
task<T> promise<T>::get_return_object() {
  return task<T>(std::coroutine_handle<promise>::from_promise(*this));
}
inline task<void> promise<void>::get_return_object() {
  return task<void>(std::coroutine_handle<promise>::from_promise(*this));
}

}  // namespace detail
}  // namespace cofault::runtime

// Await points in coroutines of this type are seen by explore(), as with any other coroutine type.
// A program that says so in all of its translation units has them without that.
#ifndef COFAULT_RUNTIME_UNINSTRUMENTED
COFAULT_INSTRUMENT(::cofault::runtime::task);
#endif
