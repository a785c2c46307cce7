// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <limits>

namespace cofault {

// Nanoseconds since the start of the run.
using virtual_time = std::int64_t;

// Timers further away than this never fire: time_point::max() is a common idiom for "wait for a
// cancel". A century.
inline constexpr virtual_time never = std::int64_t{100} * 365 * 24 * 3600 * 1'000'000'000;

// The clock that std::chrono::steady_clock and system_clock show to the thread that drives a run.
// It starts at a fixed time, stands still while work runs and jumps when nothing can move.
class virtual_clock {
 public:
  // Starts showing virtual time on this thread, from 0.
  static void start();
  // Shows real time on this thread again.
  static void stop();
  static bool running();
  static virtual_time now() { return current_; }
  // Moves the clock; a time in the past is ignored.
  static void jump(virtual_time to);

 private:
  static constinit thread_local virtual_time current_;
};

}  // namespace cofault
