// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <optional>
#include <utility>

#include "cofault/runtime/detail/wait.hpp"

namespace cofault::runtime {

// A lock that coroutines hold across awaits. It goes from hand to hand in the order of arrival:
// nobody who comes later gets in between. Not recursive: who locks it twice waits for ever. Must
// outlive its guards; who still waits when it is destroyed waits for ever.
class mutex {
 public:
  mutex() = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  // Holds the mutex, and gives it back when it dies.
  class [[nodiscard]] guard {
   public:
    explicit guard(mutex& which) : which_(&which) {}
    guard(guard&& other) noexcept : which_(std::exchange(other.which_, nullptr)) {}
    guard& operator=(guard&& other) noexcept {
      if (this != &other) {
        unlock();
        which_ = std::exchange(other.which_, nullptr);
      }
      return *this;
    }
    ~guard() { unlock(); }
    // Gives it back now.
    void unlock() {
      if (which_ != nullptr) std::exchange(which_, nullptr)->hand_over();
    }

   private:
    mutex* which_;
  };

  class awaiter : public detail::wait {
   public:
    explicit awaiter(mutex& which) : wait("a mutex"), which_(which) {}
    ~awaiter() override;
    bool await_ready() noexcept { return which_.try_take(); }
    void await_suspend(std::coroutine_handle<> coroutine);
    guard await_resume();

   private:
    mutex& which_;
  };
  struct locking {
    mutex& which;
    awaiter operator co_await() const { return awaiter(which); }
  };
  // const auto held = co_await m.lock();
  [[nodiscard]] locking lock() { return {*this}; }

  // Nothing if somebody holds it.
  std::optional<guard> try_lock();
  bool is_locked() const { return locked_; }

 private:
  bool try_take() noexcept { return !std::exchange(locked_, true); }
  void hand_over();

  bool locked_ = false;
  detail::wait_queue queue_;
};

}  // namespace cofault::runtime
