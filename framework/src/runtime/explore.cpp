// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/explore.hpp"

#include "cofault/detail/root.hpp"

namespace cofault::runtime::detail {

std::exception_ptr end_of(task_base& which) {
  if (which.how() == task_base::status::returned) return nullptr;
  return which.exception();
}

runtime_driver::runtime_driver(launch body, look at_result)
    : body_(std::move(body)), at_result_(std::move(at_result)) {}

runtime_driver::~runtime_driver() = default;

void runtime_driver::start() {
  const scheduler::turn now(scheduler_);
  root_ = body_(scheduler_);
  when_done(*root_, [this](task_base& root) {
    const std::exception_ptr error = end_of(root);
    if (!error) at_result_(root);
    cofault::detail::root_completed(error);
  });
}

void runtime_driver::teardown() {
  scheduler_.clear();
  parked_.clear();
}

bool runtime_driver::cancel(cancel_strength) {
  if (root_ == nullptr) return false;
  const scheduler::turn now(scheduler_);
  root_->cancel();  // there is a way, also where it has ended already
  return true;
}

void runtime_driver::when_done(task_base& which, end_listener::told tell) {
  listeners_.push_back(std::make_unique<end_listener>(std::move(tell)));
  which.listen(*listeners_.back());
}

}  // namespace cofault::runtime::detail
