// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <type_traits>

namespace cofault::detail {

// How a result that starts with an error code gives access to it. Specialised by the adapters.
template <class Result>
struct code_result {
  static constexpr bool carries_code = false;
};

// Belongs to an executor, and can be made of nothing else: a socket that is not open. Its executor
// is the coroutine's, or one made of that (a strand).
template <class T, class Executor>
concept of_executor = requires { typename T::executor_type; } && std::is_object_v<T> &&
                      std::constructible_from<typename T::executor_type, const Executor&> &&
                      std::constructible_from<T, const typename T::executor_type&>;

// What an operation hands over when it reports an error, made without it. `Executor` is void where
// the coroutine has none.
template <class T, class Executor>
struct made_result {
  static constexpr bool is_default = std::is_object_v<T> && std::default_initializable<T>;
  static constexpr bool is_possible = is_default || of_executor<T, Executor>;
  static T make(const auto& executor) {
    if constexpr (is_default)
      return T();
    else
      return T(typename T::executor_type(executor));
  }
};
template <class T>
struct made_result<T, void> {
  static constexpr bool is_possible = std::is_object_v<T> && std::default_initializable<T>;
  static T make(auto&&...) { return T(); }
};

// An accepted socket beside the code.
template <template <class...> class Tuple, class... Ts, class Executor>
  requires(code_result<Tuple<Ts...>>::carries_code && !std::is_void_v<Executor> &&
           !std::default_initializable<Tuple<Ts...>>)
struct made_result<Tuple<Ts...>, Executor> {
  static constexpr bool is_possible = (made_result<Ts, Executor>::is_possible && ...);
  static Tuple<Ts...> make(const auto& executor) {
    return Tuple<Ts...>(made_result<Ts, Executor>::make(executor)...);
  }
};

}  // namespace cofault::detail
