// SPDX-License-Identifier: BSL-1.0
#include "watchdog.hpp"

#include <time.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>

namespace cofault::detail {
namespace {

std::chrono::nanoseconds cpu_of(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// Of its first thread, which drives the run; where that is not told, of all.
std::chrono::nanoseconds driver_cpu_of(pid_t process) {
  const std::string of = std::to_string(process);
  std::ifstream in("/proc/" + of + "/task/" + of + "/schedstat");
  std::int64_t used = 0;
  return in >> used ? std::chrono::nanoseconds(used) : cpu_of(process);
}

// The state letter of /proc/<pid>/stat, behind the name in parentheses; 0 if it cannot be read.
char state_of(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(in, line);
  const std::size_t name = line.rfind(") ");
  return name + 2 < line.size() ? line[name + 2] : '\0';
}

}  // namespace

std::string watchdog::sample(pid_t process) {
  const auto time = std::chrono::steady_clock::now();
  const auto passed = time - std::exchange(sampled_, time);
  const auto now = cpu_of(process);
  if (const auto beat = beat_.load(); beat != last_) {
    last_ = beat;
    start_ = before_ = now;
    driver_start_ = driver_cpu_of(process);
    asleep_ = {};
  }
  // Starved by others it would be ready ('R'), under a debugger traced ('t').
  const char state = state_of(process);
  if ((state == 'S' || state == 'T') && now - before_ < passed / 10) asleep_ += passed;
  before_ = now;
  if (driver_cpu_of(process) - driver_start_ > cpu_)
    return "used more than " + std::to_string(cpu_.count()) + " ms of processor time in one run";
  // Other threads may work for the run, and be waited for.
  if (now - start_ > patience * cpu_)
    return "used more than " + std::to_string((patience * cpu_).count()) +
           " ms of processor time in one run, with its other threads";
  if (asleep_ > patience * cpu_)
    return "blocked its thread for good (a mutex, a join, a read: nothing that the fake "
           "scheduler controls)";
  return "";
}

}  // namespace cofault::detail
