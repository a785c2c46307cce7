// SPDX-License-Identifier: BSL-1.0
// What whoever uses a library of senders writes to put it on cofault's scheduler (docs/senders.md).
#pragma once

#include <chrono>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "cofault/cancel.hpp"
#include "cofault/scheduler.hpp"
#include "senders.hpp"

namespace senders {

struct was_stopped : std::exception {
  const char* what() const noexcept override { return "it was stopped"; }
};

// What an exploration can await, and cancel: a root that was stopped has failed.
class root {
 public:
  explicit root(task<void> what) : task_(std::move(what)) { cofault::on_cancel(source_); }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    const auto go_on = [waiting] { waiting.resume(); };
    const auto fail = [this, waiting](std::exception_ptr error) {
      error_ = std::move(error);
      waiting.resume();
    };
    const auto stop = [fail] { fail(std::make_exception_ptr(was_stopped())); };
    started_ = std::make_unique<started_task>(std::move(task_),
                                              receiver{go_on, fail, stop, source_.get_token()});
    started_->start();
  }
  void await_resume() {
    started_.reset();  // whoever was stopped is destroyed now, and not when the world is
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::stop_source source_;
  task<void> task_;
  std::unique_ptr<started_task> started_;
  std::exception_ptr error_;
};

// co_await sleep{scheduler, d}: ends when the time is up, or is stopped.
struct sleep {
  enum class listening { always, once_started };  // the usual mistake: not to what came before
  cofault::scheduler& where;
  std::chrono::nanoseconds time;
  listening how = listening::always;
  class operation;
};

class sleep::operation {
 public:
  explicit operation(const sleep& what) : what_(what) {}
  void start(receiver to) {
    to_ = std::move(to);
    const bool comes_late = to_.token.stop_requested();
    if (comes_late && what_.how == listening::always) return to_.set_stopped();
    timer_ = what_.where.post_after(what_.time, [this] {
      on_stop_.reset();
      to_.set_value();
    });
    if (!comes_late) on_stop_.emplace(to_.token, [this] { stop(); });
  }

 private:
  void stop() {
    if (!what_.where.forget(timer_)) return;
    what_.where.post([this] {
      on_stop_.reset();
      to_.set_stopped();
    });
  }

  sleep what_;
  receiver to_;
  cofault::scheduler::ticket timer_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

// co_await stops{}: is stopped at once.
struct stops {
  struct operation {
    explicit operation(stops) {}
    void start(const receiver& to) { to.set_stopped(); }
  };
};

}  // namespace senders
