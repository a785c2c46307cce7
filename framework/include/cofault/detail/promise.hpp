// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <source_location>
#include <type_traits>
#include <utility>

#include "cofault/detail/awaiter.hpp"

namespace cofault::detail {

template <class T>
constexpr const char* type_text() {
  return __PRETTY_FUNCTION__;
}

template <class R, class Inner, class... Args>
class promise;

template <class R>
inline constexpr bool is_instrumented = false;

// The parameter of a return function that is no template: co_return {…} needs to know it.
template <class M>
struct parameter_of {};
template <class C, class P, bool N>
struct parameter_of<void (C::*)(P) noexcept(N)> {
  using type = std::remove_cvref_t<P>;
};
struct no_default {
  no_default() = delete;
};
template <class Inner>
consteval auto default_result() {
  if constexpr (requires { typename parameter_of<decltype(&Inner::return_value)>::type; })
    return std::type_identity<typename parameter_of<decltype(&Inner::return_value)>::type>{};
  else if constexpr (requires { typename Inner::value_type; })
    return std::type_identity<typename Inner::value_type>{};
  else
    return std::type_identity<no_default>{};
}

// Exactly one of return_void and return_value may be visible in a promise.
template <class Outer, class Inner>
struct returns_void {
  void return_void() noexcept(noexcept(std::declval<Inner&>().return_void())) {
    static_cast<Outer*>(this)->inner().return_void();
  }
};
template <class Outer, class Inner>
struct returns_value {
  template <class T = typename decltype(default_result<Inner>())::type>
  requires requires(Inner& inner, T&& value) { inner.return_value(static_cast<T&&>(value)); }
  void return_value(T&& value) noexcept(
      noexcept(std::declval<Inner&>().return_value(std::declval<T>()))) {
    static_cast<Outer*>(this)->inner().return_value(static_cast<T&&>(value));
  }
};
template <class Outer, class Inner>
using return_function = std::conditional_t < requires(Inner& inner) {
  inner.return_void();
}
, returns_void<Outer, Inner>, returns_value < Outer, Inner >> ;

// A promise's own operator new must be visible in the wrapping promise, and only then.
struct ordinary_allocation {};
template <class Inner, class... Args>
struct own_allocation {
  static void* operator new(std::size_t size) requires requires { Inner::operator new(size); }
  { return Inner::operator new(size); }
  template <class... A>
  requires(sizeof...(A) > 0) && requires(std::size_t size, A&... args) {
    Inner::operator new(size, args...);
  }
  static void* operator new(std::size_t size, A&... args) {
    return Inner::operator new(size, args...);
  }
  static void operator delete(void* memory, std::size_t size) {
    if constexpr (requires { Inner::operator delete(memory, size); })
      Inner::operator delete(memory, size);
    else if constexpr (requires { Inner::operator delete(memory); })
      Inner::operator delete(memory);
    else
      ::operator delete(memory, size);
  }
};
template <class Inner, class... Args>
inline constexpr bool allocates = requires(std::size_t size) {
  Inner::operator new(size);
}
|| requires(std::size_t size, Args&... args) { Inner::operator new(size, args...); };
template <class Inner, class... Args>
using allocation = std::conditional_t<allocates<Inner, Args...>, own_allocation<Inner, Args...>,
                                      ordinary_allocation>;

struct throwing_allocation {};
template <class Inner>
struct checked_allocation {
  static decltype(auto) get_return_object_on_allocation_failure() noexcept {
    return Inner::get_return_object_on_allocation_failure();
  }
};
template <class Inner>
using allocation_failure = std::conditional_t < requires {
  Inner::get_return_object_on_allocation_failure();
}
, checked_allocation<Inner>, throwing_allocation > ;

// Where the arguments of a coroutine say that its completion token reports an error code, its
// address. Overloaded by the adapters (found by their own namespace).
template <class T>
struct code_argument {
  static void* address(T&) { return nullptr; }
};

// The promise of an instrumented coroutine: the library's promise comes first, so that a handle
// made from its address is a handle to this frame, and everything is forwarded to it.
template <class R, class Inner, class... Args>
class promise : public return_function<promise<R, Inner, Args...>, Inner>,
                public allocation<Inner, Args...>,
                public allocation_failure<Inner> {
  using self = promise;

 public:
  promise() requires(!std::constructible_from<Inner, Args&...>) && std::default_initializable<Inner>
      : inner_() {
    born();
  }
  template <class... A>
  requires(sizeof...(A) == sizeof...(Args)) promise(A&... args)
  requires std::constructible_from<Inner, Args&...> || std::default_initializable<Inner>
      : promise(std::bool_constant<(sizeof...(A) > 0) && std::constructible_from<Inner, A&...>>{},
                args...) {
    note_operation(args...);
  }
  promise(const promise&) = delete;
  promise& operator=(const promise&) = delete;
  ~promise() { frame_destroyed(frame_); }

  Inner& inner() noexcept { return inner_; }

  decltype(auto) get_return_object() noexcept(
      noexcept(std::declval<Inner&>().get_return_object())) {
    return inner_.get_return_object();
  }

  auto initial_suspend(std::source_location where = std::source_location::current()) {
    frame_named(frame_, where);
    using inner = decltype(inner_.initial_suspend());
    return edge_awaiter<Inner, inner, true>(
        frame_, [this]() -> decltype(auto) { return inner_.initial_suspend(); });
  }

  auto final_suspend() noexcept {
    if (!frame_.failed) frame_returned(frame_);
    using inner = decltype(inner_.final_suspend());
    return edge_awaiter<Inner, inner, false>(
        frame_, [this]() noexcept -> decltype(auto) { return inner_.final_suspend(); });
  }

  void unhandled_exception() {
    frame_failed(frame_);
    inner_.unhandled_exception();
  }

  template <class A>
  auto await_transform(A&& operand, std::source_location where = std::source_location::current()) {
    if constexpr (requires { inner_.await_transform(std::forward<A>(operand)); }) {
      using awaitable = decltype(inner_.await_transform(std::forward<A>(operand)));
      constexpr bool transform_throws = !noexcept(inner_.await_transform(std::forward<A>(operand)));
      const action decided =
          arrive(frame_, describe<A, awaitable, transform_throws>(operand), where);
      return point_awaiter<Inner, awaitable>(frame_, inner_, decided, [&]() -> decltype(auto) {
        return inner_.await_transform(std::forward<A>(operand));
      });
    } else {
      const action decided = arrive(frame_, describe<A, A&&, false>(operand), where);
      return point_awaiter<Inner, A&&>(frame_, inner_, decided,
                                       [&]() -> A&& { return std::forward<A>(operand); });
    }
  }

  template <class Y>
  requires requires(Inner& inner, Y&& value) { inner.yield_value(std::forward<Y>(value)); }
  auto yield_value(Y&& value) {
    using awaitable = decltype(inner_.yield_value(std::forward<Y>(value)));
    return point_awaiter<Inner, awaitable>(
        frame_, inner_, action::proceed,
        [&]() -> decltype(auto) { return inner_.yield_value(std::forward<Y>(value)); });
  }

 private:
  promise(std::false_type, auto&...) : inner_() { born(); }
  promise(std::true_type, auto&... args) : inner_(args...) { born(); }

  void born() {
    static_assert(alignof(promise) == alignof(Inner) || alignof(promise) <= 2 * sizeof(void*),
                  "cofault: the wrapping promise would lie elsewhere in the coroutine's frame");
    frame_.address = std::coroutine_handle<promise>::from_promise(*this).address();
    frame_.promise = &inner_;
    frame_.where = promise_traits<Inner>::where;
    frame_created(frame_);
  }

  void note_operation() {}
  template <class First, class... Rest>
  void note_operation(First& first, Rest&...) {
    frame_.operation = type_text<First>();
    frame_.code = code_argument<First>::address(first);
  }

  template <class A, class Awaitable, bool TransformThrows>
  static awaited describe(std::remove_reference_t<A>& operand) {
    using awaiter = awaiter_of<Awaitable>;
    using bare = std::remove_reference_t<awaiter>;
    using result = result_of<awaiter>;
    constexpr bool throws =
        TransformThrows || !noexcept(get_awaiter(std::declval<Awaitable>())) ||
        !noexcept(std::declval<bare&>().await_ready()) ||
        !noexcept(suspend_with<Inner>(std::declval<bare&>(), std::coroutine_handle<>())) ||
        !noexcept(std::declval<bare&>().await_resume());
    constexpr bool from_nothing =
        std::is_void_v<result> || (std::is_object_v<result> && std::default_initializable<result>);
    return {&operand,
            sizeof(operand),
            type_text<std::remove_cvref_t<A>>(),
            throws,
            code_result<result>::carries_code,
            from_nothing,
            is_instrumented<std::remove_cvref_t<A>>,
            promise_traits<Inner>::where};
  }

  Inner inner_;
  frame frame_;
};

}  // namespace cofault::detail
