// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/detail/task_base.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <utility>

#include "cofault/detail/runtime_errors.hpp"
#include "cofault/event.hpp"
#include "cofault/runtime/detail/boundary.hpp"
#include "cofault/runtime/detail/task_state.hpp"

namespace cofault::runtime::detail {
namespace {

// How the sweep is to judge the runtime's own exceptions.
std::uint32_t classify(const std::type_info& type, const void*) {
  if (type == typeid(cancelled)) return exception_cancels | exception_cancels_always;
  if (type == typeid(channel_closed)) return exception_ends;
  return 0;
}

void register_exceptions() {
  using cofault::detail::runtime;
  static const bool once = (cofault::detail::register_errors(
                                runtime::reference, {nullptr, classify, nullptr, nullptr, nullptr, nullptr}),
                            true);
  static_cast<void>(once);
}

}  // namespace

const void* identity(const std::exception_ptr& error) noexcept {
  static_assert(sizeof(error) == sizeof(void*));
  const void* object = nullptr;
  __builtin_memcpy(&object, &error, sizeof object);
  return object;
}

bool handles_cancellation() noexcept {
  const std::type_info* const type = abi::__cxa_current_exception_type();
  return type != nullptr && *type == typeid(cancelled);
}

void awaited_twice() {
  throw invalid_state(
      "cofault: a task was awaited twice: it runs once, and the first co_await (or spawn) used it "
      "up; spawn() it and await the handle to have its result more than once");
}

void spawned_nothing() {
  throw invalid_state("cofault: spawn() got a task that was awaited or spawned before");
}

task_base::task_base(scheduler& where, link* first, const std::source_location& spawned)
    : scheduler_(&where), first_(first), function_(first->at()), spawned_(spawned) {
  register_exceptions();
}

task_base::~task_base() {
  if (status_ != status::failed || retrieved_) return;
  if (boundary* b = boundary::current()) b->never_retrieved(*this);
}

void task_base::start(std::coroutine_handle<> entry) {
  entry_ = entry;
  frame_ = cofault::detail::newest_frame(entry.address());
  number_ = scheduler_->enlist(shared_from_this());
  scheduler_->post([this] { first_step(); }, entry);
}

void task_base::first_step() {
  started_ = true;
  if (take_cancellation()) {
    first_->excuse();
    failed(nullptr, true);
    return finish();
  }
  resume(entry_);
}

void task_base::resume(std::coroutine_handle<> where) {
  const std::shared_ptr<task_base> alive = shared_from_this();
  scheduler::participant* const before = scheduler::running(this);
  for (next_ = where; next_;) std::exchange(next_, {}).resume();
  scheduler::running(before);
  if (done()) finish();
}

std::coroutine_handle<> task_base::go_on_later(std::coroutine_handle<> next) noexcept {
  scheduler_->post([self = shared_from_this(), next] { self->resume(next); }, next);
  return std::noop_coroutine();
}

void task_base::finish() {
  const std::shared_ptr<task_base> alive = shared_from_this();
  scheduler& was = *std::exchange(scheduler_, nullptr);
  std::exchange(entry_, {}).destroy();
  was.dismiss(number_);
  if (status_ == status::failed)
    if (boundary* b = boundary::current()) b->has_failed(alive);
  for (completion_listener* l : std::exchange(listeners_, {})) l->task_done(*this);
}

void task_base::abandon() noexcept {
  scheduler_ = nullptr;
  status_ = status::abandoned;
  listeners_.clear();
  scheduler::participant* const before = scheduler::running(nullptr);
  if (entry_) std::exchange(entry_, {}).destroy();
  scheduler::running(before);
}

void task_base::failed(std::exception_ptr error, bool cancelled) {
  error_ = std::move(error);
  status_ = cancelled ? status::cancelled : status::failed;
}

bool task_base::cancel() {
  if (scheduler_ == nullptr) return false;
  scheduler_->check_thread();
  if (status_ != status::running) return false;
  ++cancelling_;
  if (wait_ != nullptr && wait_->is_suspended()) {
    if (forwarding_) {  // tasks that await each other in a ring
      wait_->interrupt();
      return true;
    }
    forwarding_ = true;
    const bool taken = wait_->cancel();
    forwarding_ = false;
    if (taken) return true;
  }
  must_cancel_ = true;
  return true;
}

void task_base::uncancel() {
  if (cancelling_ > 0 && --cancelling_ == 0) must_cancel_ = false;
}

void task_base::check_result() {
  switch (status_) {
    case status::returned:
      return;
    case status::running:
      throw invalid_state("cofault: result() was asked while " + function_.name() +
                          " is still running: await the handle, or ask done() first");
    case status::abandoned:
      throw invalid_state("cofault: " + function_.name() +
                          " never ended: its scheduler was destroyed before");
    case status::cancelled:
      if (!error_) throw cancelled();
      break;
    case status::failed:
      break;
  }
  retrieved_ = true;
  if (task_base* const by = current()) by->passed_on(*this);
  std::rethrow_exception(error_);
}

std::exception_ptr task_base::exception() noexcept {
  if (!done() || status_ == status::returned) return nullptr;
  retrieve();
  if (!error_) error_ = std::make_exception_ptr(cancelled());
  return error_;
}

void task_base::retrieve() noexcept {
  if (error_) cofault::detail::note_retrieved(error_);
  retrieved_ = true;
}

void task_base::unlisten(completion_listener& who) noexcept { std::erase(listeners_, &who); }

void task_base::awaited() const { cofault::detail::note_joined(frame_); }

void task_base::left(const link& which, const void* exception) {
  if (failing_ != exception) journey_.clear();
  failing_ = exception;
  if (!which.at().is_library()) journey_.push_back(which.at());
}

void task_base::passed_on(const task_base& from) {
  failing_ = identity(from.error_);
  journey_ = from.journey_;
  call spawn;
  spawn.where = from.spawned_;
  journey_.push_back(spawn);
}

std::optional<waiting> task_base::waits() const {
  if (done() || !started_ || current() == this) return std::nullopt;
  if (wait_ != nullptr && !wait_->is_suspended()) return std::nullopt;
  waiting out;
  out.what = wait_ != nullptr ? wait_->what() : "something that is not the runtime's own";
  out.who = function_.name();
  out.place = function_.place();
  bool first = true;
  for (const link* at = innermost_; at != nullptr; at = at->awaiting()) {
    if (at->at().is_library()) continue;
    if (!first) {
      out.awaited_by.push_back(at->at().name() + " at " + at->at().place());
      continue;
    }
    first = false;
    out.who = at->at().name();
    out.place = at->at().place();
    out.since = at->since();
  }
  return out;
}

}  // namespace cofault::runtime::detail
