// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace cofault::detail {

// Decides from samples whether a process will ever come to an end. `beat` grows when it moves on.
class watchdog {
 public:
  // How often a sample is to be taken.
  static constexpr int interval_ms = 100;

  watchdog(const std::atomic<std::uint64_t>& beat, std::chrono::milliseconds cpu)
      : beat_(beat), cpu_(cpu), last_(beat.load()) {}

  // The sentence of death for the process, or "".
  std::string sample(pid_t process);

 private:
  // A helper thread or an outside peer may take its time: more of it than a processor gets.
  static constexpr int patience = 5;
  const std::atomic<std::uint64_t>& beat_;
  std::chrono::milliseconds cpu_;
  std::uint64_t last_;
  std::chrono::steady_clock::time_point sampled_ = std::chrono::steady_clock::now();
  std::chrono::nanoseconds start_{}, before_{}, driver_start_{}, asleep_{};
};

}  // namespace cofault::detail
