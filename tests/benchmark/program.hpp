// SPDX-License-Identifier: BSL-1.0
// The programs that are measured: the same source under cofault and by hand. A world offers
// yield().
#pragma once

#include <stdexcept>

#include "task.hpp"

COFAULT_USER_CODE(__FILE__);

namespace bench {

inline constexpr int awaits = 10;

struct lost : std::runtime_error {
  lost() : std::runtime_error("lost") {}
};

template <bool Watched, class World>
task<Watched> one_task(World& w, int points) {
  int sum = 0;
  for (int i = 0; i < points; ++i) {
    co_await w.yield();
    sum += i;
  }
  co_return sum;
}

// Starts three tasks and waits for all.
template <bool Watched>
struct join_of_three {
  task<Watched> a, b, c;
  int left = 4;

  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    for (task<Watched>* t : {&a, &b, &c}) t->join(waiting, left);
    return --left > 0;
  }
  int await_resume() { return a.await_resume() + b.await_resume() + c.await_resume(); }
};

template <bool Watched, class World>
task<Watched> three_tasks(World& w) {
  join_of_three<Watched> all{one_task<Watched>(w, awaits), one_task<Watched>(w, awaits),
                             one_task<Watched>(w, awaits)};
  co_return co_await all;
}

// Each await may fail, and the program goes on: what a pair of faults needs.
template <bool Watched, class World>
task<Watched> forgiving_task(World& w, int points) {
  int sum = 0;
  for (int i = 0; i < points; ++i) {
    try {
      co_await w.yield();
      ++sum;
    } catch (const lost&) {
    }
  }
  co_return sum;
}

}  // namespace bench
