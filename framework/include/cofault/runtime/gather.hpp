// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "cofault/runtime/detail/join.hpp"
#include "cofault/runtime/spawn.hpp"

namespace cofault::runtime {

// How one of several tasks ended. Knows whether its exception was looked at: by value(),
// exception() or co_await. One that nobody looked at is reported.
template <class T>
class settled : public handle<T> {
 public:
  explicit settled(const handle<T>& which) : handle<T>(which) {}
  bool has_value() const { return this->state()->how() == detail::task_base::status::returned; }
  // The result; throws what the task failed with.
  std::add_lvalue_reference_t<const T> value() const { return this->result(); }
};

struct return_exceptions_t {};
inline constexpr return_exceptions_t return_exceptions{};

namespace detail {

template <class T>
inline constexpr bool is_joinable = false;
template <class T>
inline constexpr bool is_joinable<task<T>> = true;
template <class T>
inline constexpr bool is_joinable<handle<T>> = true;

template <class A>
concept joinable = is_joinable<std::remove_cvref_t<A>>;

// A child of a join: a task is spawned when the join is awaited, and its result is the join's own.
template <class T>
handle<T> child_of(task<T>&& what) {
  return spawn(std::move(what), await_here());
}
template <class T>
const handle<T>& child_of(const handle<T>& what) {
  return what;
}

template <class Child, class T>
value_of<T> result_of_child(const handle<T>& child) {
  if constexpr (std::is_void_v<T>) {
    child.result();
    return {};
  } else if constexpr (std::is_same_v<Child, task<T>> || !std::is_copy_constructible_v<T>) {
    return child.take();
  } else {
    return child.result();
  }
}

template <bool Settled, class... Children>
class gather_wait : public join_wait {
 public:
  explicit gather_wait(std::tuple<handle<typename Children::value_type>...> children)
      : join_wait("the end", states_of(children),
                  Settled ? join_until::all : join_until::first_failure, true),
        children_(std::move(children)) {}
  auto await_resume() {
    this->finish();
    this->throw_what_ended_it();
    return std::apply(
        [](const auto&... c) {
          if constexpr (Settled)
            return std::tuple(settled<typename Children::value_type>(c)...);
          else
            return std::tuple<value_of<typename Children::value_type>...>{
                result_of_child<Children>(c)...};
        },
        children_);
  }

 private:
  static std::vector<std::shared_ptr<task_base>> states_of(const auto& children) {
    return std::apply(
        [](const auto&... c) { return std::vector<std::shared_ptr<task_base>>{c.state()...}; },
        children);
  }
  std::tuple<handle<typename Children::value_type>...> children_;
};

template <bool Settled, class Child>
class gather_list_wait : public join_wait {
  using value = typename Child::value_type;

 public:
  explicit gather_list_wait(std::vector<handle<value>> children)
      : join_wait("the end", states_of(children),
                  Settled ? join_until::all : join_until::first_failure, true),
        children_(std::move(children)) {}
  auto await_resume() {
    this->finish();
    this->throw_what_ended_it();
    if constexpr (Settled) {
      std::vector<settled<value>> out;
      for (const auto& c : children_) out.emplace_back(c);
      return out;
    } else {
      std::vector<value_of<value>> out;
      for (const auto& c : children_) out.push_back(result_of_child<Child>(c));
      return out;
    }
  }

 private:
  static std::vector<std::shared_ptr<task_base>> states_of(const std::vector<handle<value>>& all) {
    std::vector<std::shared_ptr<task_base>> out;
    for (const auto& h : all) out.push_back(h.state());
    return out;
  }
  std::vector<handle<value>> children_;
};

template <bool Settled, class... Children>
struct gathering {
  std::tuple<Children...> children;
  gather_wait<Settled, Children...> operator co_await() {
    return std::apply(
        [](auto&... c) {
          // Braces: the children are spawned in their order.
          return gather_wait<Settled, Children...>(
              std::tuple<handle<typename Children::value_type>...>{child_of(std::move(c))...});
        },
        children);
  }
};

template <bool Settled, class Child>
struct gathering_list {
  std::vector<Child> children;
  gather_list_wait<Settled, Child> operator co_await() {
    std::vector<handle<typename Child::value_type>> all;
    for (Child& c : children) all.push_back(child_of(std::move(c)));
    return gather_list_wait<Settled, Child>(std::move(all));
  }
};

}  // namespace detail

// co_await gather(f(), h, …): spawns the tasks when it is awaited, waits for them and for the
// handles, and gives a tuple of all results (std::monostate for void). The first that fails or is
// cancelled ends the wait: its exception is thrown at once, and the others run on; what they fail
// with then is nobody's, and is reported. Cancelling who waits cancels all of them.
template <detail::joinable... Children>
[[nodiscard]] auto gather(Children... children) {
  return detail::gathering<false, Children...>{{std::move(children)...}};
}

// The same for any number of one type: gives a vector.
template <detail::joinable Child>
[[nodiscard]] auto gather(std::vector<Child> children) {
  return detail::gathering_list<false, Child>{std::move(children)};
}

// co_await gather(return_exceptions, f(), h, …): waits for the end of all, and gives a settled<T>
// for each. Nothing is thrown, except `cancelled` once all are done if who waits was cancelled.
template <detail::joinable... Children>
[[nodiscard]] auto gather(return_exceptions_t, Children... children) {
  return detail::gathering<true, Children...>{{std::move(children)...}};
}
template <detail::joinable Child>
[[nodiscard]] auto gather(return_exceptions_t, std::vector<Child> children) {
  return detail::gathering_list<true, Child>{std::move(children)};
}

}  // namespace cofault::runtime
