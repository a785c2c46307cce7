// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace cofault::runtime::detail {

class wait;
class wait_queue;

// A place in a wait_queue: leaves it when it dies.
class wait_hook {
 public:
  wait_hook() = default;
  wait_hook(const wait_hook&) = delete;
  wait_hook& operator=(const wait_hook&) = delete;
  ~wait_hook() { unlink(); }
  void unlink() noexcept;

 private:
  friend wait_queue;
  wait_hook* next_ = nullptr;
  wait_hook* previous_ = nullptr;
  wait_queue* queue_ = nullptr;
};

// Who waits for an event, a mutex, a channel, in the order of arrival. Whoever is still in it when
// it dies waits for ever.
class wait_queue {
 public:
  wait_queue() = default;
  wait_queue(const wait_queue&) = delete;
  wait_queue& operator=(const wait_queue&) = delete;
  ~wait_queue();
  // Throws std::logic_error if somebody waits, and not on this thread.
  void check_thread() const;
  void push(wait& last) noexcept;
  // Takes out the first; null if there is none.
  wait* pop() noexcept;

 private:
  friend wait_hook;
  wait_hook* first_ = nullptr;
  wait_hook* last_ = nullptr;
};

}  // namespace cofault::runtime::detail
