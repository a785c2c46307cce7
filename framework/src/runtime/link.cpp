// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/detail/link.hpp"

#include <exception>
#include <string_view>
#include <utility>

#include "cofault/detail/function_name.hpp"
#include "cofault/detail/source_lines.hpp"
#include "cofault/runtime/detail/boundary.hpp"
#include "cofault/runtime/detail/task_base.hpp"

namespace cofault::runtime::detail {
namespace {

// Reached an await last: the one that waits next, if it is the runtime's.
constinit thread_local const link* latest = nullptr;

}  // namespace

std::string call::place() const {
  const std::source_location& at = where.line() != 0 ? where : function;
  if (at.line() == 0) return "";
  const std::string_view file = at.file_name();
  return std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(at.line());
}

std::string call::name() const {
  if (function.line() == 0) return "a coroutine";
  const std::string full = cofault::detail::normalised_function(function.function_name());
  const std::size_t scope = full.rfind("::");
  return (scope == full.npos ? full : full.substr(scope + 2)) + "()";
}

bool call::is_library() const {
  const std::string_view file = function.file_name();
  return file.ends_with("cofault/runtime/task_group.hpp") ||
         file.ends_with("cofault/runtime/timeout.hpp");
}

link::link() {
  constexpr unsigned deep_enough = 24;
  if (const boundary* b = boundary::current(); b != nullptr && b->debug())
    made_by_ = cofault::detail::stack_here(0, deep_enough);
}

// Destroyed while suspended: then whoever awaits it is, too.
link::~link() {
  if (latest == this) latest = nullptr;
  if (task_ != nullptr && task_->innermost() == this) task_->innermost(awaiting_);
}

std::coroutine_handle<> link::enter(std::coroutine_handle<> self,
                                    std::coroutine_handle<> awaiting) noexcept {
  task_ = task_of(awaiting);
  self_ = self.address();
  since_ = virtual_clock::now();
  if (task_ == nullptr) return self;
  awaiting_ = task_->innermost();
  task_->innermost(this);
  if (task_ != task_base::current()) [[unlikely]]
    return task_->go_on_later(self);
  return task_->go_on_with(self);
}

task_base* link::task_of(std::coroutine_handle<> waiting) noexcept {
  if (latest != nullptr && latest->self_ == waiting.address()) return latest->task_;
  return task_base::current();
}

std::coroutine_handle<> link::leave(std::coroutine_handle<> next) noexcept {
  task_base* const task = std::exchange(task_, nullptr);
  if (task == nullptr) return next;
  task->innermost(awaiting_);
  if (task != task_base::current()) [[unlikely]]
    return task->go_on_later(next);
  return task->go_on_with(next);
}

void link::arrived(const std::source_location& where) noexcept {
  latest = this;
  call_.where = where;
  since_ = virtual_clock::now();
  if (task_ != nullptr) task_->arrived();
}

void link::failed() noexcept {
  if (task_ != nullptr) task_->left(*this, identity(std::current_exception()));
}

void link::forgotten() noexcept {
  if (excused_ || std::uncaught_exceptions() > 0) return;
  const scheduler* where = scheduler::current();
  if (where == nullptr || where->closing()) return;
  if (boundary* b = boundary::current()) b->never_awaited(*this);
}

}  // namespace cofault::runtime::detail
