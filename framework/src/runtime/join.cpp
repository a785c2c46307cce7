// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/detail/join.hpp"

#include <algorithm>
#include <utility>

#include "cofault/runtime/wait.hpp"

namespace cofault::runtime::detail {

join_wait::join_wait(const char* what, std::vector<std::shared_ptr<task_base>> tasks,
                     join_until until, bool forwards)
    : wait(what), tasks_(std::move(tasks)), until_(until), forwards_(forwards) {}

join_wait::~join_wait() { stop_listening(); }

bool join_wait::await_ready() {
  for (const auto& t : tasks_) {
    t->awaited();
    if (t.get() == task_base::current())
      throw invalid_state("cofault: " + t->function().name() + " awaits its own handle");
    if (t->how() == task_base::status::abandoned) t->check_result();
    if (t->done()) count(*t);
  }
  return satisfied();
}

void join_wait::await_suspend(std::coroutine_handle<> coroutine) {
  suspend(coroutine);
  for (const auto& t : tasks_)
    if (!t->done()) t->listen(*this);
  deliver_pending();
}

void join_wait::count(task_base& which) {
  ++done_;
  if (tripped_ != nullptr) return;
  const bool failed = which.how() == task_base::status::failed;
  const bool trips = until_ == join_until::first_completed ||
                     (until_ == join_until::first_exception && failed) ||
                     (until_ == join_until::first_failure &&
                      (failed || which.how() == task_base::status::cancelled));
  if (trips) tripped_ = &which;
}

bool join_wait::satisfied() const { return tripped_ != nullptr || done_ == tasks_.size(); }

void join_wait::task_done(task_base& which) {
  count(which);
  if (!satisfied()) return;
  stop_listening();
  // Otherwise it throws, which tells as much.
  if (cancel_requested_ && until_ == join_until::first_failure && tripped_ == nullptr &&
      std::any_of(tasks_.begin(), tasks_.end(), [](const auto& t) { return t->owes_cancellation(); }))
    give_back_cancellation();
  wake();
}

bool join_wait::cancel() {
  if (!forwards_) {
    stop_listening();
    return wait::cancel();
  }
  cancel_requested_ = true;
  bool taken = false;
  for (const auto& t : tasks_) taken |= t->cancel();
  return taken;
}

void join_wait::stop_listening() noexcept {
  for (const auto& t : tasks_) t->unlisten(*this);
}

void join_wait::throw_what_ended_it() {
  if (until_ == join_until::first_failure && tripped_ != nullptr) tripped_->check_result();
  if (until_ == join_until::all && cancel_requested_) throw cancelled();
}

std::string join_wait::what() const {
  std::string out = wait::what() + " of " + std::to_string(tasks_.size() - done_);
  const auto first =
      std::find_if(tasks_.begin(), tasks_.end(), [](const auto& t) { return !t->done(); });
  return first == tasks_.end() ? out : out + " (" + (*first)->function().name() + ", …)";
}

join_until until(return_when when) {
  switch (when) {
    case return_when::first_completed:
      return join_until::first_completed;
    case return_when::first_exception:
      return join_until::first_exception;
    default:
      return join_until::all;
  }
}

}  // namespace cofault::runtime::detail
