// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <memory>
#include <vector>

#include "cofault/runtime/detail/task_base.hpp"
#include "cofault/runtime/detail/wait.hpp"

namespace cofault::runtime::detail {

// When a join goes on. In any case when all are done.
enum class join_until {
  all,
  first_completed,
  first_exception,  // a task failed; a cancelled one does not count
  first_failure,    // a task failed or was cancelled
};

// Waits for several tasks. Of none it waits for nothing.
class join_wait : public wait, private completion_listener {
 public:
  // `forwards`: a cancellation of who waits goes to all of the tasks.
  join_wait(const char* what, std::vector<std::shared_ptr<task_base>> tasks, join_until until,
            bool forwards);
  ~join_wait() override;
  bool await_ready();
  void await_suspend(std::coroutine_handle<> coroutine);
  bool cancel() override;
  std::string what() const override;

 protected:
  const std::vector<std::shared_ptr<task_base>>& tasks() const { return tasks_; }
  // What the first one failed with, if a failure ended the wait; `cancelled` if it waited for all
  // and was cancelled itself.
  void throw_what_ended_it();

 private:
  void task_done(task_base& which) override;
  void count(task_base& which);
  bool satisfied() const;
  void stop_listening() noexcept;

  std::vector<std::shared_ptr<task_base>> tasks_;
  join_until until_;
  bool forwards_;
  bool cancel_requested_ = false;
  std::size_t done_ = 0;
  task_base* tripped_ = nullptr;  // the task that ended the wait before all were done
};

}  // namespace cofault::runtime::detail
