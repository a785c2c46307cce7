// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/timeout.hpp"

#include "cofault/runtime/detail/task_state.hpp"

namespace cofault::runtime::detail {

deadline::deadline(std::chrono::nanoseconds d)
    : task_(task_base::current()),
      scheduler_(scheduler_here("timeout() was awaited")),
      cancelling_before_(task_ == nullptr ? 0 : task_->cancelling()) {
  if (task_ == nullptr)
    throw invalid_state(
        "cofault: timeout() was awaited outside of a task: start the coroutine with run(), spawn() "
        "or explore()");
  ticket_ = scheduler_.post_after(d, [this] {
    expired_ = true;
    task_->cancel();
  });
}

deadline::~deadline() {
  struck();
  scheduler_.forget(ticket_);
}

bool deadline::struck() {
  if (!std::exchange(expired_, false)) return false;
  task_->uncancel();
  return task_->cancelling() <= cancelling_before_;
}

}  // namespace cofault::runtime::detail
