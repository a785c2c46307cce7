// SPDX-License-Identifier: BSL-1.0
#include "patience.hpp"

#include <time.h>

#include <algorithm>
#include <utility>

#include "real_time.hpp"
#include "run_state.hpp"
#include "shared_memory.hpp"

namespace cofault::detail {
namespace {

using other_threads::activity;

// For whom. Those that run are measured by the time that they get of a processor, since the machine
// may be busy.
enum kind {
  for_blocked,
  for_ticking,
  for_sleeping,
  for_running,
  for_blocked_at_last,
  kinds_of_patience
};
constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t at_first[kinds_of_patience] = {500 * millisecond, 300 * millisecond,
                                                      2000 * millisecond, 5000 * millisecond,
                                                      2000 * millisecond};
constexpr std::int64_t least[kinds_of_patience] = {
    5 * millisecond, 20 * millisecond, 200 * millisecond, 200 * millisecond, 200 * millisecond};

// What is left of it, in nanoseconds; 0: all. Forked children learn from each other.
struct lessons {
  std::int64_t left[kinds_of_patience];
  bool are_threads;
};
lessons& learned = make_shared_object<lessons>();

std::int64_t most_for(int kind) {
  return learned.left[kind] == 0 ? at_first[kind] : learned.left[kind];
}
void was_in_vain(int kind) { learned.left[kind] = std::max(least[kind], most_for(kind) / 2); }

std::int64_t processor_time() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

}  // namespace

patience& patience::here() {
  static thread_local patience mine;
  return mine;
}

void patience::begin_anew() { learned = {}; }

bool patience::knows_threads() { return learned.are_threads; }

moment_of_run moment_of_run::now() {
  const run_state* const run = run_state::current();
  if (run == nullptr) return {virtual_clock::now(), 0, 0};
  return {virtual_clock::now(), run->number, run->arrivals};
}

int patience::waits() {
  const auto now = moment_of_run::now();
  if (std::exchange(last_, now) == now) return waits_;
  waited_ = {};
  counts_turns_ = false;
  return waits_ = 0;
}

bool patience::is_time_up(int kind, activity what) const {
  constexpr int most_real = 4;  // times as much, where they get no processor
  const std::int64_t waited = waited_[static_cast<std::size_t>(what)];
  if (what != activity::running) return waited >= most_for(kind);
  return waited >= most_real * most_for(kind) ||
         processor_time() - worked_before_ >= most_for(kind);
}

other_threads::sight patience::look(bool at_last) {
  waits();
  for (;;) {
    const other_threads::sight seen = other_threads::look(at_last);
    learned.are_threads = learned.are_threads || seen.any;
    if (seen.most == activity::none) return seen;
    if (!std::exchange(counts_turns_, true)) {
      other_threads::count_turns();
      worked_before_ = processor_time();
    }
    if (seen.most == activity::sleeping && is_time_up(for_ticking, seen.most) &&
        other_threads::give_up_on_tickers()) {
      was_in_vain(for_ticking);
      continue;
    }
    const int kind = seen.most == activity::running    ? for_running
                     : seen.most == activity::sleeping ? for_sleeping
                     : at_last                         ? for_blocked_at_last
                                                       : for_blocked;
    if (!is_time_up(kind, seen.most)) return seen;
    was_in_vain(kind);
    if (kind == for_blocked_at_last) return {activity::none, seen.all_wait, true};
    other_threads::give_up_on(seen.most);
  }
}

void patience::wait(activity for_whom) {
  waits();
  ++waits_;
  const std::int64_t began = real_time();
  // Short at first: most answers come at once.
  for (int i = waits_ < 10 ? 1 : 25; i > 0; --i) other_threads::short_pause();
  waited_[static_cast<std::size_t>(for_whom)] += real_time() - began;
}

}  // namespace cofault::detail
