// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <source_location>
#include <type_traits>
#include <utility>

#include "cofault/can_fail.hpp"
#include "cofault/detail/awaiter.hpp"
#include "cofault/detail/forwarded.hpp"

namespace cofault::detail {

template <class T>
constexpr const char* type_text() {
  return __PRETTY_FUNCTION__;
}

// The type of the completion handler that an argument of a coroutine is, or has in it.
template <class T>
struct handler_argument {
  using type = T;
};

// What is known of a coroutine with those arguments at compile time.
template <class... Args>
struct type_of_arguments {
  static constexpr const char* operation = nullptr;
  static constexpr const char* last = nullptr;
  static constexpr bool is_root = false;
};
template <class Last>
struct type_of_arguments<Last> {
  using handler = typename handler_argument<Last>::type;
  static constexpr const char* operation = type_text<Last>();
  static constexpr const char* last = type_text<handler>();
  static constexpr bool is_root = requires { typename handler::cofault_root; };
};
template <class First, class Second, class... Rest>
struct type_of_arguments<First, Second, Rest...> : type_of_arguments<Second, Rest...> {
  static constexpr const char* operation = type_text<First>();
};

constexpr bool contains(const char* text, const char* part) {
  for (; *text != '\0'; ++text)
    for (const char *t = text, *p = part; *p == '\0' || *t == *p; ++t, ++p)
      if (*p == '\0') return true;
  return false;
}

// Whether an exception is handed over as a value in it: it can be made of an exception_ptr and not
// of just anything, or is a template over such a type.
struct nothing_in_particular {};
template <class T>
concept made_of_exceptions =
    std::is_class_v<T> && requires { sizeof(T); } &&
    std::is_constructible_v<T, std::exception_ptr> &&
    !std::is_constructible_v<T, nothing_in_particular>;
template <class T>
inline constexpr bool holds_exceptions = made_of_exceptions<T>;
template <template <class...> class T, class... Ts>
inline constexpr bool holds_exceptions<T<Ts...>> =
    made_of_exceptions<T<Ts...>> || (holds_exceptions<Ts> || ...);

// Without braces, as the language makes a promise: the bases of an aggregate may be accessible to
// itself only.
template <class Promise>
concept made_of_nothing = std::is_default_constructible_v<Promise>;

template <class R, class Inner, class... Args>
class promise;

// As what a promise gets an argument of its coroutine that it takes as an A&&. All are lvalues by
// the letter of the standard. Of g++ a parameter that is an rvalue reference is none, and the
// object of a member function is one although A is an rvalue reference.
template <class A>
using handed_over =
    std::conditional_t<std::is_rvalue_reference_v<A>, std::remove_reference_t<A>&, A&&>;

// Where an argument of a coroutine, its first one, says that its completion token reports an error
// code, its address. Specialised by the adapters.
template <class T>
struct code_argument {
  static void* address(T&) { return nullptr; }
};
// Whether the first argument says that one behind it does.
template <class First>
inline constexpr bool code_follows = false;

// Where the arguments of a coroutine say that it begins a spawned chain with a cancellation slot of
// its own, that slot. Specialised by the adapters.
template <class T>
struct slot_argument {
  static void* slot(const T&) { return nullptr; }
};

// Where the arguments of a coroutine, of which `First` is the first, say that it begins a spawned
// chain: the type of its executor (a compiler's rendering or, where that hides its type, a mangled
// name), "" where that is not known. Else null. Specialised by the adapters.
template <class First>
struct executor_argument {
  static const char* name(const auto&...) { return nullptr; }
};

// The promise of an instrumented coroutine: the library's promise comes first, so that a handle
// made from its address is a handle to this frame, and everything is forwarded to it.
template <class R, class Inner, class... Args>
class promise : public return_function<promise<R, Inner, Args...>, R, Inner>,
                public allocation<Inner, Args...>,
                public allocation_failure<Inner> {
 public:
  promise() requires made_of_nothing<Inner> : inner_() { describe<>(); }
  // As many arguments as Args, or one less: clang leaves out the closure of a lambda.
  template <class... A>
    requires(sizeof...(A) > 0) &&
            (std::constructible_from<Inner, handed_over<A>...> || made_of_nothing<Inner>)
  explicit promise(A&&... args) {
    describe<std::remove_reference_t<A>...>();
    note_arguments(args...);
    if constexpr (std::constructible_from<Inner, handed_over<A>...>)
      std::construct_at(std::addressof(inner_), static_cast<handed_over<A>>(args)...);
    else
      std::construct_at(std::addressof(inner_));
  }
  promise(const promise&) = delete;
  promise& operator=(const promise&) = delete;
  ~promise() {
    frame_destroyed(frame_);
    std::destroy_at(std::addressof(inner_));
    if (frame_.failed) [[unlikely]]
      frame_gone(frame_);
  }

  Inner& inner() noexcept { return inner_; }

  decltype(auto) get_return_object() noexcept(
      noexcept(std::declval<Inner&>().get_return_object())) {
    return inner_.get_return_object();
  }

  auto initial_suspend(std::source_location where = std::source_location::current()) {
    frame_created(frame_, where);
    if constexpr (requires { inner_.initial_suspend(where); }) {
      using inner = decltype(inner_.initial_suspend(where));
      return start_awaiter<Inner, inner>(
          frame_, [&]() -> decltype(auto) { return inner_.initial_suspend(where); });
    } else {
      using inner = decltype(inner_.initial_suspend());
      return start_awaiter<Inner, inner>(
          frame_, [this]() -> decltype(auto) { return inner_.initial_suspend(); });
    }
  }

  auto final_suspend() noexcept {
    go_on();
    frame_ended(frame_);
    using inner = decltype(inner_.final_suspend());
    return edge_awaiter<Inner, inner>(
        [this]() noexcept -> decltype(auto) { return inner_.final_suspend(); });
  }

  void unhandled_exception() {
    go_on();
    frame_failed(frame_);
    struct guard {
      frame* left;
      ~guard() {
        if (left != nullptr) frame_ended(*left);
      }
    } rethrown{&frame_};
    inner_.unhandled_exception();
    rethrown.left = nullptr;
    frame_kept(frame_, std::addressof(inner_), sizeof inner_);
  }

  template <class A>
  decltype(auto) await_transform(A&& operand,
                                 std::source_location where = std::source_location::current()) {
    if constexpr (requires { inner_.await_transform(std::forward<A>(operand), where); })
      return at_point<!noexcept(inner_.await_transform(std::forward<A>(operand), where))>(
          operand, where, [&]() -> decltype(auto) {
            return inner_.await_transform(std::forward<A>(operand), where);
          });
    else if constexpr (requires { inner_.await_transform(std::forward<A>(operand)); })
      return at_point<!noexcept(inner_.await_transform(std::forward<A>(operand)))>(
          operand, where,
          [&]() -> decltype(auto) { return inner_.await_transform(std::forward<A>(operand)); });
    else
      return at_point<false>(operand, where, [&]() -> A&& { return std::forward<A>(operand); });
  }

  template <class Y = typename decltype(default_yield<R, Inner>())::type>
    requires requires(Inner& inner, Y&& value) { inner.yield_value(std::forward<Y>(value)); }
  auto yield_value(Y&& value) {
    go_on();
    using awaitable = decltype(inner_.yield_value(std::forward<Y>(value)));
    return point_awaiter<Inner, awaitable>(
        frame_, inner_, action::proceed,
        [&]() -> decltype(auto) { return inner_.yield_value(std::forward<Y>(value)); });
  }

 private:
  template <class... A>
  void describe() {
    static_assert(alignof(promise) == alignof(Inner) || alignof(promise) <= 2 * sizeof(void*),
                  "cofault: the wrapping promise would lie elsewhere in the coroutine's frame");
    using arguments = type_of_arguments<A...>;
    static constexpr coroutine_type type = {
        .where = promise_traits<Inner>::where,
        .gives_value = !requires(Inner& i) { i.return_void(); },
        .is_root = arguments::is_root,
        .last_argument = arguments::last};
    frame_.type = &type;
    frame_.operation = arguments::operation;
    frame_.address = std::coroutine_handle<promise>::from_promise(*this).address();
    frame_.promise = &inner_;
  }

  // Behind an await that could not be watched.
  void go_on() {
    if (!unwatched_) [[likely]]
      return;
    unwatched_ = false;
    frame_entered(frame_);
  }

  template <bool TransformThrows, class A, class Make>
  decltype(auto) at_point(A& operand, const std::source_location& where, Make&& make) {
    go_on();
    using awaitable = decltype(make());
    if constexpr (can_await<awaitable>) {
      static constexpr awaited_type type = describe_await<awaitable, TransformThrows, A>();
      action decided = arrive(frame_, std::addressof(operand), type, where);
      if (decided == action::fail) [[unlikely]] {
        raise_planned(frame_);
        decided = action::proceed;  // an injector that throws nothing
      }
      return point_awaiter<Inner, awaitable>(frame_, inner_, decided, make);
    } else {
      // Its operator co_await is found from the coroutine's own scope only: the point is seen and
      // gets faults, but when it suspends and goes on is not known.
      static constexpr awaited_type type = about<A>(true);
      if (arrive(frame_, std::addressof(operand), type, where) == action::fail)
        raise_planned(frame_);
      frame_left(frame_);
      unwatched_ = true;
      return make();
    }
  }

  template <class First, class... Rest>
  void note_arguments(First& first, Rest&... rest) {
    frame_.code = code_argument<First>::address(first);
    if constexpr (code_follows<First>) note_code(rest...);
    frame_.executor = executor_argument<First>::name(rest...);
    note_slot(first, rest...);
  }
  void note_code(auto&... rest) {
    const auto note = [this](void* code) {
      if (code != nullptr) frame_.code = code;
    };
    (note(code_argument<std::remove_cvref_t<decltype(rest)>>::address(rest)), ...);
  }
  template <class First, class... Rest>
  void note_slot(First& first, Rest&... rest) {
    if constexpr (sizeof...(Rest) == 0)
      frame_.slot = slot_argument<First>::slot(first);
    else
      note_slot(rest...);
  }

  template <class A>
  static constexpr awaited_type about(bool throws) {
    using type = std::remove_cv_t<A>;
    throws = throws && can_fail<type>;
    constexpr auto where = static_cast<std::uint64_t>(promise_traits<Inner>::where);
    return {.size = sizeof(A),
            .name = type_text<type>(),
            .flags = where << await_runtime_shift | (throws ? std::uint64_t{await_can_throw} : 0),
            .can_complete = false,
            .is_instrumented = is_instrumented<type>};
  }

  template <class Awaitable, bool TransformThrows, class A>
  static constexpr awaited_type describe_await() {
    using awaiter = awaiter_of<Awaitable>;
    using bare = std::remove_reference_t<awaiter>;
    using result = result_of<awaiter>;
    constexpr bool throws =
        TransformThrows || !noexcept(detail::get_awaiter(std::declval<Awaitable>())) ||
        !noexcept(std::declval<bare&>().await_ready()) ||
        !noexcept(suspend_with<Inner>(std::declval<bare&>(), std::coroutine_handle<>())) ||
        !noexcept(std::declval<bare&>().await_resume());
    awaited_type out = about<A>(throws);
    out.can_complete = can_complete<Inner, Awaitable>;
    if (code_result<result>::carries_code && out.can_complete) out.flags |= await_takes_code;
    if (contains(type_text<result>(), "exception_ptr") ||
        holds_exceptions<std::remove_cvref_t<result>>)
      out.flags |= await_gives_exceptions;
    return out;
  }

  union {
    Inner inner_;  // its end has to be seen
  };
  frame frame_;
  bool unwatched_ = false;
};

}  // namespace cofault::detail
