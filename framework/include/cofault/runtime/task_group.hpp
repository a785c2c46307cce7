// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cofault/runtime/spawn.hpp"

namespace cofault::runtime {

// The tasks of one scope, see with_task_group().
class task_group final : private detail::completion_listener {
 public:
  task_group();
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;
  ~task_group();

  // Spawns a child of the group: it may be called by its body and by its children. Throws
  // invalid_state when the group has ended or is being cancelled.
  template <class T>
  handle<T> spawn(task<T> what, std::source_location where = std::source_location::current()) {
    refuse_if_closed(what.get_link());
    handle<T> child = runtime::spawn(std::move(what), where);
    add(child.state());
    return child;
  }

  // Cancels all that are not done.
  void cancel();

  // ---- for with_task_group()
  class drained : public detail::wait {
   public:
    explicit drained(task_group& which) : wait("the children of a task group"), which_(which) {}
    bool await_ready() const;
    void await_suspend(std::coroutine_handle<> coroutine);
    void await_resume() { finish(); }
    std::string what() const override;

   private:
    task_group& which_;
  };
  struct draining {
    task_group& which;
    drained operator co_await() const { return drained(which); }
  };
  draining drain() { return {*this}; }
  // The body has ended: by `error`, if not null.
  void body_ended(std::exception_ptr error, bool by_cancellation);
  // One round of waiting for the children was cancelled.
  void cancelled_while_draining();
  bool is_drained() const { return running_ == 0; }
  // Throws what went wrong.
  void finish();

 private:
  void refuse_if_closed(detail::link* what) const;
  void add(std::shared_ptr<detail::task_base> child);
  void task_done(detail::task_base& which) override;
  void abort();

  std::vector<std::shared_ptr<detail::task_base>> children_;
  std::vector<std::exception_ptr> errors_;
  detail::task_base* parent_;
  detail::wait_queue drained_;
  std::size_t running_ = 0;
  bool body_runs_ = true, aborting_ = false, closed_ = false;
  bool cancelled_parent_ = false;  // by us: taken back at the end
  bool cancelled_ = false;         // from outside
};

namespace detail {

template <class Body, class T>
task<T> scope_of_group(Body body) {
  task_group group;
  std::optional<value_of<T>> result;
  std::exception_ptr error;
  bool by_cancellation = false;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await body(group);
      result.emplace();
    } else {
      result.emplace(co_await body(group));
    }
  } catch (...) {
    error = std::current_exception();
    by_cancellation = handles_cancellation();
  }
  group.body_ended(std::move(error), by_cancellation);
  while (!group.is_drained()) {
    try {
      co_await group.drain();
    } catch (const cancelled&) {
      group.cancelled_while_draining();
    }
  }
  group.finish();
  if constexpr (!std::is_void_v<T>) co_return std::move(*result);
}

}  // namespace detail

// co_await with_task_group([&](task_group& group) -> task<> { group.spawn(f()); … }): a scope that
// ends when its body and all of its children have. The first of them that fails cancels the others.
// All that failed is thrown together as an exception_group, cancellations aside; a cancellation of
// who waits cancels all of them and, if nothing else failed, is thrown once they are done. Gives
// the result of the body.
template <class Body>
[[nodiscard]] auto with_task_group(Body body) {
  using root = std::invoke_result_t<Body&, task_group&>;
  return detail::scope_of_group<Body, typename root::value_type>(std::move(body));
}

}  // namespace cofault::runtime
