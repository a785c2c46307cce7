// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <concepts>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "cofault/coroutine_wait.hpp"
#include "cofault/detail/co_action.hpp"
#include "cofault/gtest.hpp"
#include "cofault/matchers.hpp"
#include "cofault/runtime/sleep.hpp"
#include "cofault/runtime/task.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/without_faults.hpp"

// Actions for mocked methods that return coroutines: runtime::task, a task type of your own, or
// Asio's awaitable (with the adapter's header). Whoever awaits the call awaits "query()", the
// mocked method, and may get faults there.
//
//   EXPECT_CALL(db, query("select 1")).WillOnce(CoReturnAfter(10ms, "the rows"));

namespace cofault {

// By the fake scheduler whose work runs.
template <class R>
struct coroutine_wait {
  static scheduler::awaiter sleep(std::chrono::nanoseconds d) {
    scheduler* const now = scheduler::current();
    if (now == nullptr)
      throw std::logic_error(
          "cofault: a mocked method is to wait, but no fake scheduler runs its coroutine; use a "
          "cofault::scheduler, or specialise cofault::coroutine_wait for a coroutine type with "
          "timers of its own");
    return now->sleep_for(d);
  }
};

// A wait that can be cancelled.
template <class T>
struct coroutine_wait<runtime::task<T>> {
  static auto sleep(std::chrono::nanoseconds d) { return runtime::sleep_for(d); }
};

namespace detail {

#define COFAULT_CHECK_COROUTINE(action, instead)                                          \
  static_assert(                                                                          \
      coroutine<R>,                                                                       \
      "cofault: " action                                                                  \
      " is for a method that returns a coroutine (task<T>, awaitable<T>), this one does " \
      "not: use " instead)

template <class V>
struct returns_value {
  template <class R>
  static void check() {
    COFAULT_CHECK_COROUTINE("CoReturn", "testing::Return");
    if constexpr (coroutine<R>) {
      static_assert(
          !gives_nothing<R>,
          "cofault: CoReturn(v) is for a coroutine that gives a value, that of this method "
          "gives none: use CoReturn()");
      if constexpr (!gives_nothing<R>)
        static_assert(
            std::convertible_to<V, result_of_coroutine_t<R>>,
            "cofault: CoReturn(v): v does not convert to what the method's coroutine gives");
    }
  }
  template <class R>
  R start() const {
    if (after > std::chrono::nanoseconds(0)) return co_return_value_after<R>(after, value.get());
    return co_return_value<R>(value.get());
  }
  std::chrono::nanoseconds after;
  kept_value<V> value;
};

struct returns_nothing {
  template <class R>
  static void check() {
    COFAULT_CHECK_COROUTINE("CoReturn", "testing::Return");
    if constexpr (coroutine<R>)
      static_assert(
          gives_nothing<R>,
          "cofault: CoReturn() is for a coroutine that gives no value, that of this method "
          "gives one: use CoReturn(v)");
  }
  template <class R>
  R start() const {
    if (after > std::chrono::nanoseconds(0)) return co_return_nothing_after<R>(after);
    return co_return_nothing<R>();
  }
  std::chrono::nanoseconds after;
};

template <class E>
struct throws {
  template <class R>
  static void check() {
    COFAULT_CHECK_COROUTINE("CoThrow", "testing::Throw");
  }
  template <class R>
  R start() const {
    return co_throw<R>(error);
  }
  E error;
};

struct never_returns {
  template <class R>
  static void check() {
    COFAULT_CHECK_COROUTINE("CoNeverReturns", "a method that does");
  }
  template <class R>
  R start() const {
    return co_never_returns<R>();
  }
};

#undef COFAULT_CHECK_COROUTINE

}  // namespace detail

// The coroutine gives a copy of `value`; one that can only be moved it gives to the first call.
template <class V>
auto CoReturn(V value) {
  return detail::co_action(detail::returns_value<V>{{}, detail::kept_value<V>(std::move(value))});
}
// The coroutine returns nothing.
inline auto CoReturn() { return detail::co_action(detail::returns_nothing{{}}); }

// The same when `d` of virtual time has passed.
template <class Rep, class Period, class V>
auto CoReturnAfter(std::chrono::duration<Rep, Period> d, V value) {
  return detail::co_action(
      detail::returns_value<V>{scheduler::fitting(d), detail::kept_value<V>(std::move(value))});
}
template <class Rep, class Period>
auto CoReturnAfter(std::chrono::duration<Rep, Period> d) {
  return detail::co_action(detail::returns_nothing{scheduler::fitting(d)});
}

// The coroutine throws a copy of `error`: whoever awaits it gets that, not whoever calls the
// method.
template <std::copy_constructible E>
auto CoThrow(E error) {
  return detail::co_action(detail::throws<E>{std::move(error)});
}

// The coroutine waits for ever, until it is cancelled or destroyed.
inline auto CoNeverReturns() { return detail::co_action(detail::never_returns{}); }

}  // namespace cofault
