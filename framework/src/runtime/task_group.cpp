// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/task_group.hpp"

namespace cofault::runtime {

task_group::task_group() : parent_(detail::task_base::current()) {
  if (parent_ == nullptr)
    throw invalid_state(
        "cofault: with_task_group() was awaited outside of a task: start the coroutine with run(), "
        "spawn() or explore()");
}

task_group::~task_group() {
  for (const auto& child : children_) child->unlisten(*this);
}

void task_group::refuse_if_closed(detail::link* what) const {
  if (!closed_ && !aborting_) return;
  if (what != nullptr) what->excuse();
  throw invalid_state(closed_ ? "cofault: a child was spawned in a task group that has ended"
                              : "cofault: a child was spawned in a task group that is being "
                                "cancelled");
}

void task_group::add(std::shared_ptr<detail::task_base> child) {
  child->listen(*this);
  children_.push_back(std::move(child));
  ++running_;
}

void task_group::cancel() {
  for (const auto& child : children_) child->cancel();
}

void task_group::abort() {
  aborting_ = true;
  cancel();
}

void task_group::task_done(detail::task_base& which) {
  --running_;
  if (which.how() == detail::task_base::status::failed) {
    errors_.push_back(which.error());
    which.retrieve();
    if (!aborting_) {
      abort();
      if (body_runs_) {
        cancelled_parent_ = true;
        parent_->cancel();
      }
    }
  }
  std::erase_if(children_, [](const auto& c) { return c->done(); });
  if (running_ == 0)
    if (detail::wait* w = drained_.pop()) w->wake();
}

void task_group::body_ended(std::exception_ptr error, bool by_cancellation) {
  body_runs_ = false;
  if (cancelled_parent_) parent_->uncancel();
  const bool ours = cancelled_parent_ && parent_->cancelling() == 0;
  if (error && by_cancellation) cancelled_ = !ours;
  if (error && !by_cancellation) errors_.push_back(std::move(error));
  if (!aborting_ && (cancelled_ || !errors_.empty())) abort();
}

void task_group::cancelled_while_draining() {
  cancelled_ = true;
  if (!aborting_) return abort();
  cancel();  // again: once more, for those that are cleaning up
}

void task_group::finish() {
  closed_ = true;
  if (!errors_.empty()) throw exception_group(std::move(errors_));
  if (cancelled_) throw cancelled();
}

bool task_group::drained::await_ready() const {
  for (const auto& child : which_.children_) child->awaited();
  return which_.is_drained();
}

void task_group::drained::await_suspend(std::coroutine_handle<> coroutine) {
  suspend(coroutine);
  which_.drained_.push(*this);
  deliver_pending();
}

std::string task_group::drained::what() const {
  return std::to_string(which_.running_) +
         (which_.running_ == 1 ? " child of a task group" : " children of a task group");
}

}  // namespace cofault::runtime
