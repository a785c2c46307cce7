// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <source_location>
#include <string>
#include <vector>

#include "cofault/clock.hpp"

namespace cofault::runtime::detail {

class task_base;

// Where a coroutine is: its function and the await it reached last.
struct call {
  std::source_location function;
  std::source_location where;  // line 0: it reached no await

  // "pool.cpp:31"; of the function while it has not reached an await.
  std::string place() const;
  // "fetch()"
  std::string name() const;
  // The runtime's own, which nobody wants to read of.
  bool is_library() const;
};

// One coroutine in the chain of awaits that a task consists of: the base of its promise.
class link {
 public:
  link();
  link(const link&) = delete;
  link& operator=(const link&) = delete;
  ~link();

  void named(const std::source_location& function) noexcept { call_.function = function; }
  // It starts, in the task of who awaits it; it ends, and `next` goes on. What is returned is to be
  // resumed now: the task itself goes on with the other, since not every compiler turns the
  // transfer into a jump, and a loop of short coroutines would use up the stack.
  std::coroutine_handle<> enter(std::coroutine_handle<> self,
                                std::coroutine_handle<> awaiting) noexcept;
  std::coroutine_handle<> leave(std::coroutine_handle<> next) noexcept;
  // It reached an await.
  void arrived(const std::source_location& where) noexcept;
  // The task of the coroutine that is about to wait: its own, whoever has resumed it, or else, of
  // one that is not the runtime's, the task that runs on this thread. Null: none.
  static task_base* task_of(std::coroutine_handle<> waiting) noexcept;
  // An exception leaves it.
  void failed() noexcept;

  // It is destroyed unstarted: was it forgotten?
  void forgotten() noexcept;
  // It will never start, and that is nobody's mistake.
  void excuse() noexcept { excused_ = true; }

  const call& at() const { return call_; }
  const link* awaiting() const { return awaiting_; }
  virtual_time since() const { return since_; }
  // In debug mode, who called its function: return addresses, innermost first.
  const std::vector<const void*>& made_by() const { return made_by_; }

 private:
  call call_;
  link* awaiting_ = nullptr;
  task_base* task_ = nullptr;
  const void* self_ = nullptr;  // the coroutine's address, once it has started
  virtual_time since_ = 0;
  bool excused_ = false;
  std::vector<const void*> made_by_;
};

}  // namespace cofault::runtime::detail
