// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/handle.hpp"

namespace cofault::runtime::detail {

completion_wait::completion_wait(std::shared_ptr<task_base> which, bool forwards)
    : wait("a task"), task_(std::move(which)), forwards_(forwards) {}

completion_wait::~completion_wait() { task_->unlisten(*this); }

bool completion_wait::await_ready() const {
  task_->awaited();
  if (task_.get() == task_base::current())
    throw invalid_state("cofault: " + task_->function().name() + " awaits its own handle");
  if (task_->how() == task_base::status::abandoned) task_->check_result();
  return task_->done();
}

void completion_wait::await_suspend(std::coroutine_handle<> coroutine) {
  suspend(coroutine);
  task_->listen(*this);
  deliver_pending();
}

bool completion_wait::cancel() {
  if (forwards_) return passed_on_ = task_->cancel();
  task_->unlisten(*this);
  return wait::cancel();
}

void completion_wait::task_done(task_base& which) {
  if (passed_on_ && which.owes_cancellation()) give_back_cancellation();
  wake();
}

std::string completion_wait::what() const { return "the end of " + task_->function().name(); }

}  // namespace cofault::runtime::detail
