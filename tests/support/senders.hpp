// SPDX-License-Identifier: BSL-1.0
// The shapes of a library of senders and receivers: operations that complete with a value, an error
// or "stopped", and a task that never goes on behind an await that was stopped. Whoever awaits it
// is told so by a function of its promise, and destroys it.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>

#include "cofault/instrument.hpp"

namespace senders {

// Who goes on when something ends, or what is called when it was stopped: it gives who goes on
// instead.
struct continuation {
  std::coroutine_handle<> ended;
  std::coroutine_handle<> (*stopped)(void* self) noexcept = nullptr;
  void* self = nullptr;
};

template <class Promise>
continuation continuation_of(std::coroutine_handle<Promise> h) {
  return {
      h,
      [](void* frame) noexcept {
        return std::coroutine_handle<Promise>::from_address(frame).promise().unhandled_stopped();
      },
      h.address()};
}

// What an operation calls at its end, once.
struct receiver {
  std::function<void()> set_value;
  std::function<void(std::exception_ptr)> set_error;
  std::function<void()> set_stopped;
  std::stop_token token;
};

// co_await sender: an awaiter of an operation.
template <class Operation>
class sender_awaiter {
 public:
  template <class Sender>
  sender_awaiter(const Sender& from, std::stop_token token) : operation_(from), token_(token) {}
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> waiting) noexcept {
    next_ = continuation_of(waiting);
    operation_.start({[this] { next_.ended.resume(); },
                      [this](std::exception_ptr error) {
                        error_ = std::move(error);
                        next_.ended.resume();
                      },
                      [this] { next_.stopped(next_.self).resume(); }, token_});
  }
  void await_resume() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  Operation operation_;
  std::stop_token token_;
  continuation next_;
  std::exception_ptr error_;
};

// The part of a promise that a library wants nobody else to make.
template <class Promise>
class with_senders {
 public:
  std::coroutine_handle<> unhandled_stopped() const noexcept { return next.stopped(next.self); }
  continuation next;
  std::stop_token token;

 private:
  friend Promise;
  with_senders() = default;
};

template <class T>
struct context {};

// Starts when it is awaited.
template <class T, class Context>
class [[nodiscard]] basic_task {
 public:
  struct promise_type;
  using handle = std::coroutine_handle<promise_type>;

  explicit basic_task(handle h) : handle_(h) {}
  basic_task(basic_task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~basic_task() {
    if (handle_) handle_.destroy();
  }

  // Names who goes on behind it; resume what it gives.
  std::coroutine_handle<> begin(const continuation& next, std::stop_token token) noexcept {
    handle_.promise().next = next;
    handle_.promise().token = std::move(token);
    return handle_;
  }
  void result() const {
    if (const std::exception_ptr error = handle_.promise().error) std::rethrow_exception(error);
  }

 private:
  handle handle_;
};

template <class T>
using task = basic_task<T, context<T>>;

// co_await if_not_stopped(task): false if it was stopped.
struct if_not_stopped {
  explicit if_not_stopped(task<void> what) : child(std::move(what)) {}
  task<void> child;
};

template <class T, class Context>
struct basic_task<T, Context>::promise_type : with_senders<promise_type> {
  struct back {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(handle done) noexcept {
      return done.promise().next.ended;
    }
    void await_resume() const noexcept {}
  };
  template <bool MayStop>
  struct awaiter {
    basic_task child;
    std::coroutine_handle<> waiting{};
    bool stopped = false;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(handle h) noexcept {
      waiting = h;
      continuation next = continuation_of(h);
      if (MayStop) next = {h, &awaiter::note_stopped, this};
      return child.begin(next, h.promise().token);
    }
    static std::coroutine_handle<> note_stopped(void* self) noexcept {
      static_cast<awaiter*>(self)->stopped = true;
      return static_cast<awaiter*>(self)->waiting;
    }
    auto await_resume() const {
      if (!stopped) child.result();
      if constexpr (MayStop) return !stopped;
    }
  };

  basic_task get_return_object() { return basic_task(handle::from_promise(*this)); }
  std::suspend_always initial_suspend() noexcept { return {}; }
  back final_suspend() noexcept { return {}; }
  void return_void() {}
  void unhandled_exception() { error = std::current_exception(); }
  awaiter<false> await_transform(basic_task&& child) { return {std::move(child)}; }
  awaiter<true> await_transform(if_not_stopped&& what) { return {std::move(what.child)}; }
  template <class Awaited>
  auto await_transform(const Awaited& what) {
    if constexpr (requires { typename Awaited::operation; })
      return sender_awaiter<typename Awaited::operation>(what, this->token);
    else
      return what;
  }

  std::exception_ptr error;
};

// A task that is started by no coroutine: what looks like one goes on behind it.
class started_task {
  using function = void(void*);

 public:
  started_task(task<void> what, receiver to) : task_(std::move(what)), to_(std::move(to)) {}
  started_task(const started_task&) = delete;
  started_task& operator=(const started_task&) = delete;
  void start() noexcept {
    task_
        .begin({std::coroutine_handle<>::from_address(&resume_), &started_task::stop, this},
               to_.token)
        .resume();
  }

 private:
  static void ended(void* frame) { static_cast<started_task*>(frame)->end(); }
  static void gone(void*) {}
  static std::coroutine_handle<> stop(void* self) noexcept {
    static_cast<started_task*>(self)->to_.set_stopped();
    return std::noop_coroutine();
  }
  void end() {
    try {
      task_.result();
    } catch (...) {
      return to_.set_error(std::current_exception());
    }
    to_.set_value();
  }

  function* resume_ = ended;  // a coroutine's frame begins like this
  [[maybe_unused]] function* destroy_ = gone;
  task<void> task_;
  receiver to_;
};

// Nobody waits for it; `failed` gets its error.
inline void start_detached(task<void> what, std::function<void(std::exception_ptr)> failed) {
  auto* const self = new std::optional<started_task>;
  const auto done = [self] { delete self; };
  const auto tell = [self, failed = std::move(failed)](std::exception_ptr error) {
    failed(std::move(error));
    delete self;
  };
  self->emplace(std::move(what), receiver{done, tell, done, std::stop_token()}).start();
}

}  // namespace senders

COFAULT_INSTRUMENT(senders::task);
