// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "cofault/detail/awaiter.hpp"

// The functions of a promise that must be there exactly if the library's own promise has them, so
// that the wrapping promise inherits them.
namespace cofault::detail {

// The parameter of a promise's function that is neither overloaded nor a template.
template <class M>
struct parameter_of {};
template <class X, class C, class P, bool N>
struct parameter_of<X (C::*)(P) noexcept(N)> {
  using type = P;
};
template <class X, class C, class P, bool N>
struct parameter_of<X (C::*)(P) const noexcept(N)> {
  using type = P;
};
template <class Inner>
using return_parameter = typename parameter_of<decltype(&Inner::return_value)>::type;
template <class Inner>
using yield_parameter = typename parameter_of<decltype(&Inner::yield_value)>::type;

// What co_return {…} makes where return_value is overloaded or a template.
struct no_default {
  no_default() = delete;
};
template <class R, class Inner>
consteval auto default_result() {
  if constexpr (requires { typename Inner::value_type; })
    return std::type_identity<typename Inner::value_type>{};
  else if constexpr (requires { typename R::value_type; })
    return std::type_identity<typename R::value_type>{};
  else if constexpr (requires { typename result_of<awaiter_of<R>>; })
    return std::type_identity<std::remove_cvref_t<result_of<awaiter_of<R>>>>{};
  else
    return std::type_identity<no_default>{};
}
template <class R, class Inner>
consteval auto default_yield() {
  if constexpr (requires { typename yield_parameter<Inner>; })
    return std::type_identity<std::remove_cvref_t<yield_parameter<Inner>>>{};
  else
    return default_result<R, Inner>();
}

// Exactly one of return_void and return_value may be visible in a promise.
template <class Outer, class Inner>
struct returns_void {
  void return_void() noexcept(noexcept(std::declval<Inner&>().return_void())) {
    static_cast<Outer*>(this)->inner().return_void();
  }
};
template <class Outer, class Inner, class P>
struct returns_exactly {
  void return_value(P value) noexcept(
      noexcept(std::declval<Inner&>().return_value(std::declval<P>()))) {
    static_cast<Outer*>(this)->inner().return_value(static_cast<P&&>(value));
  }
};
template <class Outer, class R, class Inner>
struct returns_any {
  template <class T = typename decltype(default_result<R, Inner>())::type>
  requires requires(Inner& inner, T&& value) { inner.return_value(static_cast<T&&>(value)); }
  void return_value(T&& value) noexcept(
      noexcept(std::declval<Inner&>().return_value(std::declval<T>()))) {
    static_cast<Outer*>(this)->inner().return_value(static_cast<T&&>(value));
  }
};
template <class Outer, class R, class Inner>
consteval auto return_function_of() {
  if constexpr (requires(Inner & inner) { inner.return_void(); })
    return std::type_identity<returns_void<Outer, Inner>>{};
  else if constexpr (requires { typename return_parameter<Inner>; })
    return std::type_identity<returns_exactly<Outer, Inner, return_parameter<Inner>>>{};
  else
    return std::type_identity<returns_any<Outer, R, Inner>>{};
}
template <class Outer, class R, class Inner>
using return_function = typename decltype(return_function_of<Outer, R, Inner>())::type;

// A promise's own operator new must be visible in the wrapping promise, and only then.
struct ordinary_allocation {};
// g++ -O2 sees, inlined, the delete of one class and the new of another: the same promise's.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
template <class Inner>
void deallocate_as(void* memory, std::size_t size) {
  if constexpr (requires { Inner::operator delete(memory, size); })
    Inner::operator delete(memory, size);
  else if constexpr (requires { Inner::operator delete(memory); })
    Inner::operator delete(memory);
  else
    ::operator delete(memory, size);
}
#pragma GCC diagnostic pop
// New and delete in one class: g++ warns of a pair from two, in the program's own code.
template <class Inner>
struct own_allocation {
  static void operator delete(void* memory, std::size_t size) {
    deallocate_as<Inner>(memory, size);
  }
  static void* operator new(std::size_t size) requires requires { Inner::operator new(size); }
  { return Inner::operator new(size); }
  template <class... A>
  requires(sizeof...(A) > 0) && requires(std::size_t size, A&... args) {
    Inner::operator new(size, args...);
  }
  static void* operator new(std::size_t size, A&... args) {
    return Inner::operator new(size, args...);
  }
};
// Beside get_return_object_on_allocation_failure. Not one template with a computed noexcept: clang
// looks at it before it is computed.
template <class Inner>
struct own_checked_allocation {
  static void operator delete(void* memory, std::size_t size) {
    deallocate_as<Inner>(memory, size);
  }
  static void* operator new(std::size_t size) noexcept requires requires {
    Inner::operator new(size);
  }
  { return Inner::operator new(size); }
  template <class... A>
  requires(sizeof...(A) > 0) && requires(std::size_t size, A&... args) {
    Inner::operator new(size, args...);
  }
  static void* operator new(std::size_t size, A&... args) noexcept {
    return Inner::operator new(size, args...);
  }
};
template <class Inner>
concept checks_allocation = requires {
  Inner::get_return_object_on_allocation_failure();
};
template <class Inner, class... Args>
concept allocates_from = requires(std::size_t size, Args&... args) {
  Inner::operator new(size, args...);
};
// clang leaves out the closure of a lambda, which comes first in Args.
template <class Inner, class... Args>
inline constexpr bool allocates_from_rest = false;
template <class Inner, class First, class... Rest>
inline constexpr bool allocates_from_rest<Inner, First, Rest...> = allocates_from<Inner, Rest...>;
template <class Inner, class... Args>
concept allocates =
    allocates_from<Inner> || allocates_from<Inner, Args...> || allocates_from_rest<Inner, Args...>;
template <class Inner, class... Args>
using allocation =
    std::conditional_t<!allocates<Inner, Args...>, ordinary_allocation,
                       std::conditional_t<checks_allocation<Inner>, own_checked_allocation<Inner>,
                                          own_allocation<Inner>>>;

struct throwing_allocation {};
template <class Inner>
struct checked_allocation {
  static decltype(auto) get_return_object_on_allocation_failure() noexcept(
      noexcept(Inner::get_return_object_on_allocation_failure())) {
    return Inner::get_return_object_on_allocation_failure();
  }
};
template <class Inner>
using allocation_failure =
    std::conditional_t<checks_allocation<Inner>, checked_allocation<Inner>, throwing_allocation>;

}  // namespace cofault::detail
