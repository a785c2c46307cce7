// SPDX-License-Identifier: BSL-1.0
// What a programmer would write instead: loops that resume coroutines and nothing else.
#pragma once

#include <cofault/event.hpp>
#include <coroutine>
#include <cstdint>
#include <vector>

#include "program.hpp"

namespace bench {

// One task. Await number `faulty` throws.
struct raw_loop {
  int faulty = -1, seen = 0;

  std::suspend_always yield() {
    if (seen++ == faulty) throw lost();
    return {};
  }
  int drive(task<false> root) {
    while (!root.handle().done()) root.handle().resume();
    return root.await_resume();
  }
};

// Every fault once. Returns how many were caught.
inline int sweep_by_hand(int points) {
  int caught = 0;
  for (int faulty = 0; faulty < points; ++faulty) try {
      raw_loop w{faulty};
      w.drive(one_task<false>(w, points));
    } catch (const lost&) {
      ++caught;
    }
  return caught;
}

// Takes any of what is ready, and keeps the records that a run keeps, in a reused buffer.
class random_loop {
 public:
  random_loop(std::vector<cofault::event>& records, std::uint64_t seed)
      : records_(records), random_(seed) {
    records_.clear();
  }

  struct awaiter {
    random_loop& w;
    bool await_ready() { return w.record(cofault::event_kind::arrived), false; }
    void await_suspend(std::coroutine_handle<> h) {
      w.record(cofault::event_kind::suspended);
      w.ready_.push_back(h);
    }
    void await_resume() { w.record(cofault::event_kind::resumed); }
  };
  awaiter yield() { return {*this}; }

  int drive(task<false> root) {
    ready_.push_back(root.handle());
    while (!ready_.empty()) {
      const std::size_t i = below(static_cast<std::uint32_t>(ready_.size()));
      const auto next = ready_[i];
      ready_[i] = ready_.back();
      ready_.pop_back();
      next.resume();
    }
    return root.await_resume();
  }

 private:
  void record(cofault::event_kind kind) { records_.push_back({kind, 1, 1, 0, 0, 0}); }
  // SplitMix64 (Steele et al., OOPSLA 2014), as in cofault.
  std::uint32_t below(std::uint32_t n) {
    std::uint64_t z = random_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return static_cast<std::uint32_t>((z >> 32) * n >> 32);
  }

  std::vector<std::coroutine_handle<>> ready_;
  std::vector<cofault::event>& records_;
  std::uint64_t random_;
};

}  // namespace bench
