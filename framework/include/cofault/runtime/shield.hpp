// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <utility>

#include "cofault/runtime/spawn.hpp"

namespace cofault::runtime {

namespace detail {

template <class T>
class shield_wait : public completion_wait {
 public:
  explicit shield_wait(const handle<T>& inner)
      : completion_wait(inner.state(), false), inner_(inner) {}
  T await_resume() {
    this->finish();
    if constexpr (std::is_void_v<T> || std::is_copy_constructible_v<T>)
      return inner_.result();
    else
      return inner_.take();
  }

 private:
  handle<T> inner_;
};

template <class T>
struct shielding {
  task<T> what;
  shield_wait<T> operator co_await() {
    return shield_wait<T>(spawn(std::move(what), await_here()));
  }
};
template <class T>
struct shielding_handle {
  handle<T> what;
  shield_wait<T> operator co_await() { return shield_wait<T>(what); }
};

}  // namespace detail

// co_await shield(f()): like co_await f(), but f() is a task of its own that a cancellation of who
// waits does not reach. `cancelled` is thrown at the co_await, and f() runs on. It stops nothing
// else: an exception of f() goes to who waits and, if that went away, is reported.
template <class T>
[[nodiscard]] detail::shielding<T> shield(task<T> what) {
  return {std::move(what)};
}
template <class T>
[[nodiscard]] detail::shielding_handle<T> shield(handle<T> what) {
  return {std::move(what)};
}

}  // namespace cofault::runtime
