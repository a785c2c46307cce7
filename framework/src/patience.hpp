// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>

#include "cofault/clock.hpp"
#include "other_threads.hpp"

namespace cofault::detail {

// Where the run is: whether anything has moved.
struct moment_of_run {
  static moment_of_run now();
  virtual_time clock = -1;
  std::uint64_t run = 0, arrivals = 0;
  friend bool operator==(const moment_of_run&, const moment_of_run&) = default;
};

// How long the driver of a run waits, in real time, for what it does not control: other threads,
// and peers. It starts anew whenever something in the run moves. Whoever was waited for in vain is
// given up on, and the next one of its kind gets half of that time.
class patience {
 public:
  using activity = other_threads::activity;

  // Of this thread.
  static patience& here();
  // What was learned is forgotten: an exploration begins.
  static void begin_anew();
  // In some run since then there were other threads.
  static bool knows_threads();

  // What the other threads do that are worth waiting for; none: they wait, too, or the time is up.
  // At last even who is blocked counts: nothing else can move.
  other_threads::sight look(bool at_last = false);
  // For what nobody knows of, whether it comes.
  bool is_left() { return waits() < most_waits; }
  // Waits a little, for those that do this.
  void wait(activity for_whom);

 private:
  static constexpr int most_waits = 50;
  int waits();
  bool is_time_up(int kind, activity what) const;

  moment_of_run last_;
  int waits_ = 0;
  std::array<std::int64_t, 4> waited_{};  // by activity, in nanoseconds
  std::int64_t worked_before_ = 0;        // by all threads of the process, of processor time
  bool counts_turns_ = false;
};

}  // namespace cofault::detail
