// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "cofault/runtime/detail/task_state.hpp"
#include "cofault/runtime/detail/wait.hpp"

namespace cofault::runtime {

namespace detail {

// Waits for the end of one task.
class completion_wait : public wait, protected completion_listener {
 public:
  // `forwards`: a cancellation of who waits goes to the task that is waited for.
  completion_wait(std::shared_ptr<task_base> which, bool forwards);
  ~completion_wait() override;
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<> coroutine);
  bool cancel() override;
  std::string what() const override;

 protected:
  void task_done(task_base& which) override;
  task_base& task() const { return *task_; }

 private:
  std::shared_ptr<task_base> task_;
  bool forwards_, passed_on_ = false;
};

}  // namespace detail

// A task that was spawned, whatever its result. Copies are handles to the same task. It runs on
// whether or not somebody has a handle to it.
class any_handle {
 public:
  explicit any_handle(std::shared_ptr<detail::task_base> state) : state_(std::move(state)) {}

  // Asks the task to end: `cancelled` is thrown at the await at which it is suspended, or at its
  // next one; before its first step it does not run at all. Whom it waits for by a handle or in
  // gather() is cancelled in its place. May be repeated: each time counts. False: it is done.
  bool cancel() const { return state_->cancel(); }

  // It returned, failed or was cancelled. A task whose scheduler was destroyed never is.
  bool done() const { return state_->done(); }

  // It ended by `cancelled`.
  bool cancelled() const { return state_->how() == detail::task_base::status::cancelled; }

  // What it failed with (`cancelled` included), which counts as looking at it; null while it runs
  // and if it returned.
  std::exception_ptr exception() const noexcept { return state_->exception(); }

  // Whether somebody has looked at its exception.
  bool looked_at() const { return state_->retrieved(); }

  const std::shared_ptr<detail::task_base>& state() const { return state_; }

  friend bool operator==(const any_handle&, const any_handle&) = default;

 private:
  std::shared_ptr<detail::task_base> state_;
};

// A task that gives a T. Awaiting the handle waits for its end and gives its result, or throws what
// it failed with; that may be done as often as one likes. Cancelling who awaits it cancels the task
// (see shield()).
template <class T = void>
class handle : public any_handle {
 public:
  using value_type = T;

  explicit handle(std::shared_ptr<detail::task_state<T>> state) : any_handle(std::move(state)) {}

  // The result, as long as a handle lives. Throws what the task failed with (`cancelled` included),
  // which counts as looking at it, and invalid_state while it runs.
  std::add_lvalue_reference_t<const T> result() const {
    state()->check_result();
    if constexpr (!std::is_void_v<T>) return *typed().value;
  }

  // Takes the result out: for one that cannot be copied.
  T take() const {
    state()->check_result();
    if constexpr (!std::is_void_v<T>) return std::move(*typed().value);
  }

  class awaiter : public detail::completion_wait {
   public:
    explicit awaiter(const handle& which) : completion_wait(which.state(), true), which_(which) {}
    T await_resume() {
      this->finish();
      if constexpr (std::is_void_v<T> || std::is_copy_constructible_v<T>)
        return which_.result();
      else
        return which_.take();
    }

   private:
    handle which_;
  };
  // Gives a copy of the result; takes it if it cannot be copied.
  awaiter operator co_await() const { return awaiter(*this); }

 private:
  detail::task_state<T>& typed() const { return static_cast<detail::task_state<T>&>(*state()); }
};

}  // namespace cofault::runtime
