// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "cofault/runtime/detail/wait.hpp"
#include "cofault/runtime/errors.hpp"

namespace cofault::runtime {

namespace detail {

// The queues of a channel, whatever it carries.
class channel_base {
 public:
  explicit channel_base(std::size_t capacity);  // throws std::invalid_argument for 0
  channel_base(const channel_base&) = delete;
  channel_base& operator=(const channel_base&) = delete;

  // Nothing can be sent any more; what was sent can still be received. Who waits to send, and who
  // waits to receive what will not come, goes on with channel_closed. Closing twice is once.
  void close();
  bool is_closed() const { return closed_; }

 protected:
  ~channel_base() = default;
  std::size_t capacity_;
  std::size_t claimed_ = 0;  // of what is stored: by receivers that are about to go on
  bool closed_ = false;
  wait_queue senders_, receivers_;
};

}  // namespace detail

// A queue of bounded length between coroutines: who sends into a full one, and who receives from an
// empty one, waits. Both in the order of arrival. Nothing gets lost by a cancellation: a value was
// sent, or received, or its co_await throws. Who still waits when it is destroyed waits for ever.
template <class T>
class channel : public detail::channel_base {
 public:
  using channel_base::channel_base;

  std::size_t size() const { return stored_.size() - claimed_; }
  bool is_full() const { return stored_.size() >= capacity_; }

  class sender : public detail::wait {
   public:
    sender(channel& where, T value)
        : wait("room in a channel"), where_(where), value_(std::move(value)) {}
    bool await_ready() {
      if (where_.closed_) return true;
      if (where_.is_full()) return false;
      where_.store(std::move(value_));
      sent_ = true;
      return true;
    }
    void await_suspend(std::coroutine_handle<> coroutine) {
      this->suspend(coroutine);
      where_.senders_.push(*this);
      this->deliver_pending();
    }
    void await_resume() {
      this->finish();
      if (!sent_) throw channel_closed();
    }

   private:
    friend channel;
    channel& where_;
    T value_;
    bool sent_ = false;
  };

  class receiver : public detail::wait {
   public:
    explicit receiver(channel& where) : wait("a value from a channel"), where_(where) {}
    // It was given a value, but is destroyed before it could take it.
    ~receiver() override {
      if (claims_) where_.unclaim();
    }
    bool await_ready() const { return where_.size() > 0 || where_.closed_; }
    void await_suspend(std::coroutine_handle<> coroutine) {
      this->suspend(coroutine);
      where_.receivers_.push(*this);
      this->deliver_pending();
    }
    T await_resume() {
      this->finish();
      if (std::exchange(claims_, false))
        --where_.claimed_;
      else if (where_.size() == 0)
        throw channel_closed();
      return where_.take();
    }

   private:
    friend channel;
    channel& where_;
    bool claims_ = false;
  };

  struct sending {
    channel& where;
    T value;
    sender operator co_await() { return sender(where, std::move(value)); }
  };
  struct receiving {
    channel& where;
    receiver operator co_await() const { return receiver(where); }
  };

  // co_await c.send(value): goes on when it has been stored. Throws channel_closed.
  [[nodiscard]] sending send(T value) { return {*this, std::move(value)}; }
  // co_await c.receive(): the value that was sent first. Throws channel_closed once nothing is
  // left.
  [[nodiscard]] receiving receive() { return {*this}; }

  // False if it is full; throws channel_closed.
  bool try_send(T value) {
    if (closed_) throw channel_closed();
    if (is_full()) return false;
    store(std::move(value));
    return true;
  }
  // Nothing if it is empty; throws channel_closed once nothing is left.
  std::optional<T> try_receive() {
    if (size() > 0) return take();
    if (closed_) throw channel_closed();
    return std::nullopt;
  }

 private:
  void store(T value) {
    receivers_.check_thread();
    stored_.push_back(std::move(value));
    offer();
  }
  // What is free to be had goes to whoever waits for it.
  void offer() {
    while (size() > 0) {
      auto* next = static_cast<receiver*>(receivers_.pop());
      if (next == nullptr) return;
      next->claims_ = true;
      ++claimed_;
      next->wake();
    }
  }
  T take() {
    senders_.check_thread();
    T out = std::move(stored_.front());
    stored_.pop_front();
    refill();
    return out;
  }
  void refill() {
    while (!is_full()) {
      auto* next = static_cast<sender*>(senders_.pop());
      if (next == nullptr) return;
      next->sent_ = true;
      next->wake();
      store(std::move(next->value_));
    }
  }
  void unclaim() {
    --claimed_;
    offer();
  }

  std::deque<T> stored_;
};

}  // namespace cofault::runtime
