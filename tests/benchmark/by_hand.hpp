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

// SplitMix64 (Steele et al., OOPSLA 2014), as in cofault.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed) : state_(seed) {}
  std::uint32_t below(std::size_t n) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return static_cast<std::uint32_t>((z >> 32) * n >> 32);
  }

 private:
  std::uint64_t state_;
};

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
      const std::size_t i = random_.below(ready_.size());
      const auto next = ready_[i];
      ready_[i] = ready_.back();
      ready_.pop_back();
      next.resume();
    }
    return root.await_resume();
  }

 private:
  void record(cofault::event_kind kind) { records_.push_back({kind, 1, 1, 0, 0, 0}); }

  std::vector<std::coroutine_handle<>> ready_;
  std::vector<cofault::event>& records_;
  random_numbers random_;
};

// One task, in such a queue and with such records. Await number `faulty` throws.
class recorded_raw_loop : public random_loop {
 public:
  recorded_raw_loop(std::vector<cofault::event>& records, int faulty)
      : random_loop(records, 1), faulty_(faulty) {}

  awaiter yield() {
    if (seen_++ == faulty_) throw lost();
    return random_loop::yield();
  }

 private:
  int faulty_, seen_ = 0;
};

// As that one, in words that a plan of single delays could be made of: which coroutine waited, at
// which of its visits, when it was passed over.
class delaying_loop {
 public:
  delaying_loop(std::vector<cofault::event>& records, std::uint64_t seed)
      : records_(records), random_(seed) {
    records_.clear();
  }

  struct awaiter {
    delaying_loop& w;
    std::uint32_t number = 0, visit = 0;

    bool await_ready() { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> h) {
      Promise& p = h.promise();
      if (p.number == 0) p.number = ++w.tasks_;
      number = p.number;
      visit = ++p.visits;
      w.record(cofault::event_kind::arrived, number, visit);
      w.record(cofault::event_kind::suspended, number, visit);
      w.ready_.push_back({h, number, visit});
    }
    void await_resume() { w.record(cofault::event_kind::resumed, number, visit); }
  };
  awaiter yield() { return {*this}; }

  int drive(task<false> root) {
    ready_.push_back({root.handle(), 0, 0});
    for (std::size_t first = 0; first < ready_.size();) {
      for (std::uint32_t skip = random_.below(ready_.size() - first); skip > 0; --skip) {
        const piece passed = ready_[first++];
        record(cofault::event_kind::delayed, passed.number, passed.visit);
        ready_.push_back(passed);
      }
      ready_[first++].resumes.resume();
    }
    return root.await_resume();
  }

 private:
  struct piece {
    std::coroutine_handle<> resumes;
    std::uint32_t number, visit;
  };
  void record(cofault::event_kind kind, std::uint32_t number, std::uint32_t visit) {
    records_.push_back({kind, number, 1, 0, visit, 0});
  }

  std::vector<piece> ready_;
  std::vector<cofault::event>& records_;
  random_numbers random_;
  std::uint32_t tasks_ = 0;
};

}  // namespace bench
