// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <concepts>
#include <coroutine>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "cofault/coroutine_wait.hpp"
#include "cofault/detail/awaiter.hpp"
#include "cofault/detail/mocked_call.hpp"

// What the actions of gmock.hpp are made of.
namespace cofault::detail {

template <class R>
concept coroutine = requires { typename std::coroutine_traits<R>::promise_type; };

// Whether the coroutine gives no value.
template <class R>
inline constexpr bool gives_nothing =
    requires(typename std::coroutine_traits<R>::promise_type& p) { p.return_void(); };

template <class R>
struct result_of_coroutine {
  static_assert(can_await<R>,
                "cofault: what a coroutine of this type gives is not known: it has neither an "
                "operator co_await nor await_ready() and await_resume()");
  using type = std::remove_cvref_t<result_of<awaiter_of<R>>>;
};
template <class R>
  requires gives_nothing<R>
struct result_of_coroutine<R> {
  using type = void;
};
template <class R>
using result_of_coroutine_t = typename result_of_coroutine<R>::type;

// In place of a result.
template <class T, class E>
[[noreturn]] T thrown(E& error) {
  throw E(std::move(error));
}

inline constexpr auto for_ever = std::chrono::nanoseconds::max();

// The coroutines that stand for those of the program.
template <class R, class V>
R co_return_value(V value) {
  co_return static_cast<result_of_coroutine_t<R>>(std::move(value));
}
template <class R>
R co_return_nothing() {
  co_return;
}
template <class R, class V>
R co_return_value_after(std::chrono::nanoseconds d, V value) {
  co_await coroutine_wait<R>::sleep(d);
  co_return static_cast<result_of_coroutine_t<R>>(std::move(value));
}
template <class R>
R co_return_nothing_after(std::chrono::nanoseconds d) {
  co_await coroutine_wait<R>::sleep(d);
}
template <class R, class E>
R co_throw(E error) {
  co_return thrown<result_of_coroutine_t<R>>(error);
}
template <class R>
R co_never_returns() {
  co_await coroutine_wait<R>::sleep(for_ever);
  std::logic_error over("cofault: a century of virtual time is over, and with it CoNeverReturns()");
  co_return thrown<result_of_coroutine_t<R>>(over);
}

// What Google Mock would make of a default value, an empty coroutine, nobody can await.
template <class R>
R co_without_action() {
  R out =
      co_throw<R>(std::logic_error("cofault: a mocked method was called that has no action, or "
                                   "none any more; see what Google Mock "
                                   "says of it"));
  note_mocked_call(std::addressof(out), sizeof out, current_run());
  return out;
}
template <class R>
void replace_empty_default() {
  if constexpr (std::default_initializable<R>)
    if (!testing::DefaultValue<R>::IsSet())
      testing::DefaultValue<R>::SetFactory(co_without_action<R>);
}

// A value for every call. What can only be moved is there for the first one.
template <class V>
class kept_value {
 public:
  explicit kept_value(V value) : value_(std::make_shared<V>(std::move(value))) {}
  V get() const {
    if constexpr (std::copy_constructible<V>) {
      return *value_;
    } else {
      if (std::exchange(*taken_, true))
        throw std::logic_error(
            "cofault: this value can only be moved, so it is returned once; give each call a "
            "WillOnce() of its own");
      return std::move(*value_);
    }
  }

 private:
  std::shared_ptr<V> value_;
  std::shared_ptr<bool> taken_ = std::make_shared<bool>(false);
};

// A polymorphic action: for a method that returns R, `Body::template check<R>()` says at compile
// time whether it fits, and `body.template start<R>()` makes the coroutine.
template <class Body>
class co_action {
 public:
  explicit co_action(Body body) : body_(std::move(body)) {}

  template <class R, class... Args>
  operator testing::Action<R(Args...)>() const {
    Body::template check<R>();
    if constexpr (coroutine<R>) {
      replace_empty_default<R>();
      return [body = body_, set_in = current_run()](auto&&...) -> R {
        R out = body.template start<R>();
        note_mocked_call(std::addressof(out), sizeof out, set_in);
        return out;
      };
    } else {
      return {};
    }
  }

 private:
  Body body_;
};

}  // namespace cofault::detail
