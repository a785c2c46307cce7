// SPDX-License-Identifier: BSL-1.0
// What the coroutines that are Asio's own get as arguments, whichever Asio it is.
#pragma once

#include <concepts>
#include <exception>
#include <type_traits>
#include <utility>

#include "cofault/detail/promise.hpp"

namespace cofault::detail {

// What newer versions begin a spawned chain with, in place of an executor, a function and a
// completion handler.
template <class T>
concept spawn_state = requires(const T& t) {
  t.handler;
  t.handler_work;
  t.function;
};
template <spawn_state T>
struct handler_argument<T> {
  using type = std::remove_cvref_t<decltype(std::declval<T&>().handler)>;
};
template <spawn_state T>
struct slot_argument<T> {
  static void* slot(const T& state) {
    return slot_argument<typename handler_argument<T>::type>::slot(state.handler);
  }
};

// redirect_error: newer versions hand the code's address over beside what starts the operation.
template <class T>
  requires(contains(type_text<T>(), "redirect_error_t<"))
inline constexpr bool code_follows<T> = true;

// Whether what an operation completes with begins with an error.
template <class Code, class... Ts>
inline constexpr bool tells_of_failure = false;
template <class Code, class First, class... Rest>
inline constexpr bool tells_of_failure<Code, First, Rest...> =
    std::same_as<First, std::exception_ptr> || std::same_as<First, Code>;

}  // namespace cofault::detail
