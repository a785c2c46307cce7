// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/detail/wait.hpp"

#include "cofault/runtime/detail/link.hpp"
#include "cofault/runtime/detail/task_base.hpp"
#include "cofault/runtime/detail/task_state.hpp"

namespace cofault::runtime::detail {

void wait_hook::unlink() noexcept {
  if (queue_ == nullptr) return;
  (previous_ != nullptr ? previous_->next_ : queue_->first_) = next_;
  (next_ != nullptr ? next_->previous_ : queue_->last_) = previous_;
  next_ = previous_ = nullptr;
  queue_ = nullptr;
}

wait_queue::~wait_queue() {
  while (first_ != nullptr) first_->unlink();
}

void wait_queue::check_thread() const {
  if (first_ != nullptr) static_cast<const wait*>(first_)->check_thread();
}

void wait_queue::push(wait& last) noexcept {
  wait_hook& hook = last;
  hook.queue_ = this;
  hook.previous_ = last_;
  (last_ != nullptr ? last_->next_ : first_) = &hook;
  last_ = &hook;
}

wait* wait_queue::pop() noexcept {
  wait_hook* const hook = first_;
  if (hook == nullptr) return nullptr;
  hook->unlink();
  return static_cast<wait*>(hook);
}

wait::~wait() {
  if (phase_ == phase::idle || phase_ == phase::over) return;
  // The coroutine is destroyed while it waits.
  scheduler_->forget(ticket_);
  if (task_ != nullptr) task_->waiting_in(nullptr);
}

void wait::suspend(std::coroutine_handle<> coroutine) {
  scheduler_ = &scheduler_here("a coroutine waited");
  task_ = link::task_of(coroutine);
  coroutine_ = coroutine;
  phase_ = phase::suspended;
  if (task_ != nullptr) task_->waiting_in(this);
}

void wait::deliver_pending() {
  if (task_ != nullptr && phase_ == phase::suspended && task_->take_cancellation()) cancel();
}

void wait::give_back_cancellation() {
  if (task_ != nullptr) task_->cancel_at_next_await();
}

void wait::finish() {
  if (cancelled_) throw cancelled();
}

void wait::wake() {
  if (phase_ != phase::suspended) return;
  scheduler_->check_thread();
  phase_ = phase::woken;
  post();
}

void wait::interrupt() {
  if (phase_ != phase::suspended) return;
  unlink();
  scheduler_->forget(ticket_);
  cancelled_ = true;
  phase_ = phase::interrupted;
  post();
}

virtual_time wait::wake_after(std::chrono::nanoseconds d) {
  ticket_ = scheduler_->post_after(d, [this] { go_on(); }, coroutine_);
  return ticket_.due;
}

void wait::post() {
  ticket_ = scheduler_->post([this] { go_on(); }, coroutine_);
}

void wait::go_on() {
  phase_ = phase::over;
  task_base* const task = task_;
  if (task == nullptr) return coroutine_.resume();
  task->waiting_in(nullptr);
  task->resume(coroutine_);
}

scheduler& scheduler_here(const char* who) {
  scheduler* const here = scheduler::current();
  if (here == nullptr)
    throw invalid_state(std::string("cofault: ") + who +
                        " where no scheduler runs: start the coroutine with run(), spawn() or "
                        "explore()");
  return *here;
}

std::source_location await_here() {
  const task_base* const task = task_base::current();
  if (task == nullptr || task->innermost() == nullptr) return {};
  return task->innermost()->at().where;
}

}  // namespace cofault::runtime::detail
