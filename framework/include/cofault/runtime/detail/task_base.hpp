// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "cofault/detail/root.hpp"
#include "cofault/runtime/detail/link.hpp"
#include "cofault/runtime/detail/wait.hpp"
#include "cofault/runtime/errors.hpp"
#include "cofault/scheduler.hpp"

namespace cofault::runtime::detail {

// Hears that a task is done.
class completion_listener {
 public:
  virtual void task_done(task_base& which) = 0;

 protected:
  ~completion_listener() = default;
};

// A task whatever its result: a chain of coroutines that was spawned, what it waits for, how it
// ended. Owned by the scheduler until it is done, and by its handles.
class task_base : public scheduler::participant, public std::enable_shared_from_this<task_base> {
 public:
  enum class status { running, returned, failed, cancelled, abandoned };

  task_base(scheduler& where, link* first, const std::source_location& spawned);
  task_base(const task_base&) = delete;
  task_base& operator=(const task_base&) = delete;
  ~task_base() override;

  // Whose coroutine runs on this thread, or null.
  static task_base* current() { return static_cast<task_base*>(scheduler::running()); }

  // Queues the first step.
  void start(std::coroutine_handle<> entry);

  // ---- what handles offer
  bool cancel();
  bool done() const { return status_ != status::running && status_ != status::abandoned; }
  status how() const { return status_; }
  // Throws if the task failed or is not done, and counts as retrieved.
  void check_result();
  // Its exception, which counts as retrieved; null: none.
  std::exception_ptr exception() noexcept;
  bool retrieved() const { return retrieved_; }
  void retrieve() noexcept;
  const std::exception_ptr& error() const { return error_; }

  // ---- for awaiters
  void listen(completion_listener& who) { listeners_.push_back(&who); }
  void unlisten(completion_listener& who) noexcept;
  // Tells the run that the coroutine that runs awaits this task.
  void awaited() const;
  void waiting_in(wait* now) { wait_ = now; }
  bool take_cancellation() { return std::exchange(must_cancel_, false); }
  // It was asked to end, and ended before it could be told.
  bool owes_cancellation() const { return must_cancel_ && done(); }
  void cancel_at_next_await() { must_cancel_ = true; }
  scheduler* where() const { return scheduler_; }

  // ---- for whoever cancels a task and takes that back: timeout(), task groups
  unsigned cancelling() const { return cancelling_; }
  void uncancel();

  // ---- for its coroutines
  std::coroutine_handle<> go_on_with(std::coroutine_handle<> next) noexcept {
    next_ = next;
    return std::noop_coroutine();
  }
  // The same where something that is not the runtime's own has resumed the one before.
  std::coroutine_handle<> go_on_later(std::coroutine_handle<> next) noexcept;
  link* innermost() const { return innermost_; }
  void innermost(link* now) { innermost_ = now; }
  void left(const link& which, const void* exception);
  void arrived() { failing_ = nullptr; }
  // An exception of another task comes to this one's await.
  void passed_on(const task_base& from);
  // How its own coroutine, that of spawn(), ended.
  void returned() { status_ = status::returned; }
  void failed(std::exception_ptr error, bool cancelled);

  // ---- in words
  const call& function() const { return function_; }
  const std::source_location& spawned() const { return spawned_; }
  // Which coroutines the exception left, innermost first, and where. One without a function stands
  // for a spawn.
  const std::vector<call>& journey() const { return journey_; }

  // ---- for the scheduler
  void resume(std::coroutine_handle<> where) override;
  std::optional<waiting> waits() const override;
  void abandon() noexcept override;

 private:
  void first_step();
  void finish();

  scheduler* scheduler_;  // null once it is done or abandoned
  std::uint64_t number_ = 0;
  std::coroutine_handle<> entry_, next_;
  link* first_;
  link* innermost_ = nullptr;
  wait* wait_ = nullptr;
  status status_ = status::running;
  bool started_ = false, must_cancel_ = false, forwarding_ = false, retrieved_ = false;
  unsigned cancelling_ = 0;
  std::exception_ptr error_;
  std::vector<completion_listener*> listeners_;
  call function_;
  std::source_location spawned_;
  cofault::detail::frame_ref frame_;
  const void* failing_ = nullptr;  // the exception whose journey this is
  std::vector<call> journey_;
};

// The identity of an exception.
const void* identity(const std::exception_ptr& error) noexcept;

}  // namespace cofault::runtime::detail
