// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <string>

#include "cofault/runtime/detail/wait_queue.hpp"
#include "cofault/scheduler.hpp"

namespace cofault::runtime::detail {

class task_base;

// One suspension at the end of a task's chain of awaits; the base of every awaiter of the runtime.
// It goes from suspended to woken (the operation took place, the coroutine is about to go on) or to
// interrupted (a cancellation took its place), never to both.
class wait : public wait_hook {
 public:
  explicit wait(const char* what) : what_(what) {}
  wait(const wait&) = delete;
  wait& operator=(const wait&) = delete;

  // The operation took place: the coroutine goes on behind what is ready now.
  void wake();

  // A cancellation came. The usual answer is interrupt(); else true means that the wait will end by
  // it in its own time.
  virtual bool cancel() {
    interrupt();
    return true;
  }
  // Takes the operation back; the coroutine goes on with `cancelled`.
  void interrupt();

  void check_thread() const { scheduler_->check_thread(); }
  bool is_suspended() const { return phase_ == phase::suspended; }
  // In words: "an event".
  virtual std::string what() const { return what_; }

 protected:
  virtual ~wait();

  // For await_suspend: first suspend(), then register for the wake-up, then deliver_pending().
  void suspend(std::coroutine_handle<> coroutine);
  // A cancellation that the task could not be given before.
  void deliver_pending();
  // A cancellation that was passed on came to nobody: the task has it at its next await.
  void give_back_cancellation();
  // For await_resume: throws `cancelled` if the wait was interrupted.
  void finish();

  // Goes on after `d`, until when it is suspended. Returns when that is.
  virtual_time wake_after(std::chrono::nanoseconds d);
  bool is_woken() const { return phase_ == phase::woken; }
  scheduler& where() const { return *scheduler_; }

 private:
  enum class phase { idle, suspended, woken, interrupted, over };
  void post();
  void go_on();

  const char* what_;
  phase phase_ = phase::idle;
  bool cancelled_ = false;
  std::coroutine_handle<> coroutine_;
  task_base* task_ = nullptr;
  scheduler* scheduler_ = nullptr;
  scheduler::ticket ticket_;
};

}  // namespace cofault::runtime::detail
