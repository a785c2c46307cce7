// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <coroutine>
#include <memory>
#include <type_traits>
#include <utility>

#include "cofault/detail/frame.hpp"
#include "cofault/detail/made_result.hpp"

namespace cofault::detail {

template <class A>
concept has_member_co_await = requires(A&& a) { static_cast<A&&>(a).operator co_await(); };
template <class A>
concept has_free_co_await = requires(A&& a) { operator co_await(static_cast<A&&>(a)); };

// The awaiter that the language would make of an awaitable. Returns by value what operator
// co_await returns by value, so that it need not be movable. Called by its qualified name: a
// library may have a function of that name, too.
template <class A>
decltype(auto) get_awaiter(A&& a) noexcept([] {
  if constexpr (has_member_co_await<A>)
    return noexcept(std::declval<A>().operator co_await());
  else if constexpr (has_free_co_await<A>)
    return noexcept(operator co_await(std::declval<A>()));
  else
    return true;
}()) {
  if constexpr (has_member_co_await<A>)
    return static_cast<A&&>(a).operator co_await();
  else if constexpr (has_free_co_await<A>)
    return operator co_await(static_cast<A&&>(a));
  else
    return static_cast<A&&>(a);
}

template <class A>
using awaiter_of = decltype(detail::get_awaiter(std::declval<A>()));

// Whether the operand can be awaited as seen from here. An operator co_await that is declared
// neither in a namespace of the operand's type nor as its member is seen by the coroutine only.
template <class A>
concept can_await = requires(std::remove_reference_t<awaiter_of<A>>& awaiter) {
  awaiter.await_ready();
  awaiter.await_resume();
};

template <class Awaiter>
using result_of = decltype(std::declval<std::remove_reference_t<Awaiter>&>().await_resume());

// Whether coroutines that return R are instrumented. Specialised for each such type.
template <class R>
inline constexpr bool is_instrumented = false;

// What a runtime adds for one promise type. Specialised by the adapters.
template <class Promise>
struct promise_traits {
  static constexpr runtime where = runtime::generic;
  // Suspends the coroutine for ever; its owner destroys it.
  static void park(Promise&) {}
  // Whether an await_suspend that returns void only asks for the operation to be started once the
  // coroutine is suspended for good. Then mark_initiation(), called behind it, makes that an
  // initiation.
  static constexpr bool starts_later = false;
  static void mark_initiation(Promise&, frame&) {}
  // What its coroutines run on, and how a running one tells: `executor_of(promise)`.
  using executor = void;
};

// Whether the result of an operation that reports an error code can be made without it. Of results
// that hold no code only a coroutine's can be asked for: a code that goes elsewhere is known from
// the coroutine. Elsewhere nothing is made, for a class can claim in vain to have a default value.
template <class Promise, class Awaitable>
constexpr bool can_complete = [] {
  using result = result_of<awaiter_of<Awaitable>>;
  if constexpr (std::is_void_v<result>)
    return true;
  else if constexpr (code_result<result>::carries_code ||
                     is_instrumented<std::remove_cvref_t<Awaitable>>)
    return made_result<result, typename promise_traits<Promise>::executor>::is_possible;
  else
    return false;
}();

// Hands a wrapped awaiter the handle it expects: one to the library's own promise.
template <class Promise, class Awaiter>
decltype(auto) suspend_with(Awaiter& awaiter, std::coroutine_handle<> handle) noexcept(
    noexcept(awaiter.await_suspend(std::declval<std::coroutine_handle<Promise>>()))) {
  return awaiter.await_suspend(std::coroutine_handle<Promise>::from_address(handle.address()));
}

template <class Promise, class Awaiter>
using suspend_result = decltype(suspend_with<Promise>(
    std::declval<std::remove_reference_t<Awaiter>&>(), std::declval<std::coroutine_handle<>>()));

template <class Result>
Result parked_result() noexcept {
  if constexpr (std::same_as<Result, bool>)
    return true;
  else if constexpr (!std::is_void_v<Result>)
    return std::noop_coroutine();
}

// A coroutine handle of any type converts to handle<>, but noop_coroutine does not convert to a
// typed one: what await_suspend returns is widened.
template <class Result>
using widened = std::conditional_t<std::is_void_v<Result> || std::same_as<Result, bool>, Result,
                                   std::coroutine_handle<>>;

// One co_await of an instrumented coroutine: keeps what await_transform made alive, tells the run
// when the coroutine suspends and goes on, and carries out what the run decided. `Awaitable` is a
// reference where the operand itself is awaited.
template <class Promise, class Awaitable>
class point_awaiter {
  using awaiter_type = awaiter_of<Awaitable>;

 public:
  // Nothing is made for a coroutine that will be parked: making it may throw, and the coroutine
  // would catch that and come back for ever.
  template <class Make>
  point_awaiter(frame& f, Promise& promise, action decided, Make&& make)
      : frame_(f), promise_(promise), action_(decided) {
    if (action_ != action::park) std::construct_at(&operation_, make);
  }
  point_awaiter(const point_awaiter&) = delete;
  point_awaiter& operator=(const point_awaiter&) = delete;
  ~point_awaiter() {
    if (action_ != action::park) std::destroy_at(&operation_);
  }

  bool await_ready() {
    if (action_ == action::proceed) return static_cast<bool>(operation_.awaiter.await_ready());
    return action_ == action::complete;
  }

  auto await_suspend(std::coroutine_handle<> handle)
      -> widened<suspend_result<Promise, awaiter_type>> {
    using result = widened<suspend_result<Promise, awaiter_type>>;
    frame& f = frame_;
    if (action_ == action::park) {
      frame_left(f);
      promise_traits<Promise>::park(promise_);
      return parked_result<result>();
    }
    if constexpr (promise_traits<Promise>::starts_later && std::is_void_v<result>) {
      Promise& promise = promise_;
      suspension now(f);
      suspend_with<Promise>(operation_.awaiter, handle);
      now.started();
      return promise_traits<Promise>::mark_initiation(promise, f);
    }
    initiating_suspension now(f);
    // Nothing of this object may be touched afterwards: the coroutine may be running again.
    if constexpr (std::is_void_v<result>) {
      suspend_with<Promise>(operation_.awaiter, handle);
      now.started();
    } else {
      const result next = suspend_with<Promise>(operation_.awaiter, handle);
      now.started();
      return next;
    }
  }

  decltype(auto) await_resume() {
    if (frame_.state != frame_state::running) frame_entered(frame_);
    using result = result_of<awaiter_type>;
    if constexpr (std::is_void_v<result>) {
      if (action_ == action::complete) return;
    } else if constexpr (can_complete<Promise, Awaitable>) {
      if (action_ == action::complete) return complete<result>();
    }
    return static_cast<result>(operation_.awaiter.await_resume());
  }

 private:
  // What await_transform returned, kept alive as long as the awaiter made from it.
  struct operation {
    template <class Make>
    explicit operation(Make& make)
        : awaitable(make()), awaiter(detail::get_awaiter(static_cast<Awaitable&&>(awaitable))) {}
    Awaitable awaitable;
    awaiter_type awaiter;
  };

  template <class Result>
  Result make() {
    using traits = promise_traits<Promise>;
    if constexpr (std::is_void_v<typename traits::executor>)
      return made_result<Result, void>::make();
    else
      return made_result<Result, typename traits::executor>::make(traits::executor_of(promise_));
  }
  template <class Result>
  Result complete() {
    if constexpr (code_result<Result>::carries_code) {
      Result result = make<Result>();
      assign_code(frame_, code_result<Result>::address(result));
      return result;
    } else {
      return make<Result>();
    }
  }

  frame& frame_;
  Promise& promise_;
  action action_;
  union {
    operation operation_;
  };
};

// initial_suspend and final_suspend: no await points of the program.
template <class Promise, class Inner>
class edge_awaiter {
 public:
  template <class Make>
  explicit edge_awaiter(Make&& make) noexcept(noexcept(make()))
      : awaitable_(make()), awaiter_(detail::get_awaiter(static_cast<Inner&&>(awaitable_))) {}
  edge_awaiter(const edge_awaiter&) = delete;
  edge_awaiter& operator=(const edge_awaiter&) = delete;

  bool await_ready() noexcept(noexcept(std::declval<awaiter_of<Inner>&>().await_ready())) {
    return static_cast<bool>(awaiter_.await_ready());
  }

  decltype(auto) await_suspend(std::coroutine_handle<> handle) noexcept(
      noexcept(suspend_with<Promise>(std::declval<awaiter_of<Inner>&>(), handle))) {
    return suspend_with<Promise>(awaiter_, handle);
  }

  decltype(auto) await_resume() noexcept(
      noexcept(std::declval<awaiter_of<Inner>&>().await_resume())) {
    return awaiter_.await_resume();
  }

 private:
  Inner awaitable_;
  awaiter_of<Inner> awaiter_;
};

// initial_suspend: the coroutine starts behind it.
template <class Promise, class Inner>
class start_awaiter : public edge_awaiter<Promise, Inner> {
  using base = edge_awaiter<Promise, Inner>;

 public:
  template <class Make>
  start_awaiter(frame& f, Make&& make) noexcept(noexcept(make())) : base(make), frame_(f) {}

  decltype(auto) await_resume() noexcept(noexcept(std::declval<base&>().await_resume())) {
    frame_entered(frame_);
    return base::await_resume();
  }

 private:
  frame& frame_;
};

}  // namespace cofault::detail
