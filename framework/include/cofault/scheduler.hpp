// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <source_location>
#include <type_traits>
#include <utility>
#include <vector>

#include "cofault/clock.hpp"
#include "cofault/detail/awaiter.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/driver.hpp"
#include "cofault/explore.hpp"
#include "cofault/observe.hpp"

namespace cofault {

// A fake scheduler for coroutine types that bring no runtime: a ready queue and timers in virtual
// time. Work that is still queued when the world goes is dropped.
class scheduler {
 public:
  // Queues work behind what is ready now.
  void post(std::function<void()> work);

  // Queues work for later; due at once if `after` is not positive. Timers due at the same time run
  // in the order in which they were set.
  void post_after(std::chrono::nanoseconds after, std::function<void()> work);

  struct awaiter {
    scheduler& where;
    std::optional<std::chrono::nanoseconds> after;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      const auto go_on = [waiting] { waiting.resume(); };
      after ? where.post_after(*after, go_on) : where.post(go_on);
    }
    void await_resume() {}
  };
  // co_await yield(): lets everything that is ready run first.
  awaiter yield() { return {*this, std::nullopt}; }
  // co_await sleep_for(d): goes on when virtual time has advanced by d. What has more nanoseconds
  // than fit (hours::max()) is as long as fits: it never ends.
  template <class Rep, class Period>
  awaiter sleep_for(std::chrono::duration<Rep, Period> d) {
    return {*this, fitting(d)};
  }

  // For the driver.
  std::size_t ready() const { return ready_.size(); }
  void run(std::size_t i);
  std::optional<virtual_time> next_deadline() const;
  void release_due();
  void clear();

 private:
  struct timer {
    virtual_time due;
    std::uint64_t order;
    std::function<void()> work;
    bool operator>(const timer& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };
  template <class Rep, class Period>
  static std::chrono::nanoseconds fitting(std::chrono::duration<Rep, Period> d) {
    using std::chrono::nanoseconds;
    const std::chrono::duration<double, std::nano> rounded = d;
    if (rounded >= nanoseconds::max()) return nanoseconds::max();
    if (rounded <= nanoseconds::min()) return nanoseconds::min();
    return std::chrono::duration_cast<nanoseconds>(d);
  }

  std::deque<std::function<void()>> ready_;
  std::priority_queue<timer, std::vector<timer>, std::greater<>> timers_;
  std::uint64_t order_ = 0;
};

namespace detail {

// Awaits the root and tells the run how it ended. Not instrumented: it belongs to the test.
class root_coroutine {
 public:
  struct promise_type {
    root_coroutine get_return_object() {
      return root_coroutine(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() { root_completed(nullptr); }
    void unhandled_exception() { root_completed(std::current_exception()); }
  };

  root_coroutine() = default;
  explicit root_coroutine(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  root_coroutine(root_coroutine&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  root_coroutine& operator=(root_coroutine&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~root_coroutine() {
    if (handle_) handle_.destroy();
  }
  void resume() { handle_.resume(); }

 private:
  std::coroutine_handle<promise_type> handle_;
};

template <class Root>
root_coroutine await_root(Root root) {
  note_root(&root, sizeof root);
  using result = decltype(get_awaiter(std::move(root)).await_resume());
  if constexpr (!std::is_void_v<result> && std::equality_comparable<std::decay_t<result>> &&
                std::copy_constructible<std::decay_t<result>>)
    observe(co_await std::move(root));
  else
    static_cast<void>(co_await std::move(root));
}

class scheduler_driver : public driver {
 public:
  explicit scheduler_driver(std::function<root_coroutine(scheduler&)> body)
      : body_(std::move(body)) {}

  void start() override;
  std::size_t choices() override { return scheduler_.ready(); }
  bool run(std::size_t i) override;
  std::optional<virtual_time> next_deadline() override { return scheduler_.next_deadline(); }
  void jumped() override { scheduler_.release_due(); }
  void park(std::shared_ptr<void> held) override { parked_.push_back(std::move(held)); }
  void teardown() override;

 private:
  std::function<root_coroutine(scheduler&)> body_;
  scheduler scheduler_;
  std::vector<std::shared_ptr<void>> parked_;
  root_coroutine root_;
};

}  // namespace detail

namespace detail {

template <class T>
concept awaitable = requires(T&& object) {
  get_awaiter(static_cast<T&&>(object)).await_ready();
};

}  // namespace detail

// Explores `body(scheduler&)`, which returns the root: anything that can be awaited.
template <std::invocable<scheduler&> Body>
exploration explore(Body body, const options& how = options(),
                    std::source_location caller = std::source_location::current()) {
  using root = std::invoke_result_t<Body&, scheduler&>;
  static_assert(!std::is_void_v<root>,
                "cofault: the body returns nothing; it must return its root, a coroutine that can "
                "be awaited");
  static_assert(std::is_void_v<root> || detail::awaitable<root>,
                "cofault: the body must return its root, a coroutine that can be awaited");
  if constexpr (detail::awaitable<root>) {
    const driver_factory factory = [&body] {
      return std::make_unique<detail::scheduler_driver>(
          [&body](scheduler& s) { return detail::await_root(body(s)); });
    };
    return explore(factory, how, caller);
  }
}

}  // namespace cofault
