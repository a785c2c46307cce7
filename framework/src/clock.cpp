// SPDX-License-Identifier: BSL-1.0
#include "cofault/clock.hpp"

#include <time.h>

#include <algorithm>
#include <chrono>

#include "cofault/detail/wait_time.hpp"

namespace cofault {
namespace {

constinit thread_local bool shown = false;
constinit thread_local virtual_time deadline = -1;

std::int64_t real(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// Fixed, so that a run is a pure function of its plan: an hour after boot, on 2030-01-01.
constexpr std::int64_t steady_start = std::int64_t{3600} * 1'000'000'000;
constexpr std::int64_t system_start = std::int64_t{1893456000} * 1'000'000'000;

}  // namespace

constinit thread_local virtual_time virtual_clock::current_ = 0;

void virtual_clock::start() {
  shown = true;
  current_ = 0;
  deadline = -1;
}
void virtual_clock::stop() { shown = false; }
bool virtual_clock::running() { return shown; }
void virtual_clock::jump(virtual_time to) { current_ = std::max(current_, to); }

namespace detail {

std::int64_t wait_time(std::int64_t nanoseconds) {
  if (!shown) return nanoseconds;
  const std::int64_t room = std::numeric_limits<std::int64_t>::max() - virtual_clock::now();
  const virtual_time due = virtual_clock::now() + std::clamp(nanoseconds, std::int64_t{0}, room);
  if (deadline < 0 || due < deadline) deadline = due;  // there is a queue for each clock
  return 0;
}

std::int64_t noted_deadline(bool reset) {
  const std::int64_t noted = deadline;
  if (reset) deadline = -1;
  return noted;
}

}  // namespace detail
}  // namespace cofault

// The definitions that the program links against instead of the C++ library's: real time except on
// a thread that drives a run.
std::chrono::steady_clock::time_point std::chrono::steady_clock::now() noexcept {
  return time_point(duration(cofault::shown ? cofault::steady_start + cofault::virtual_clock::now()
                                            : cofault::real(CLOCK_MONOTONIC)));
}

std::chrono::system_clock::time_point std::chrono::system_clock::now() noexcept {
  return time_point(std::chrono::duration_cast<duration>(std::chrono::nanoseconds(
      cofault::shown ? cofault::system_start + cofault::virtual_clock::now()
                     : cofault::real(CLOCK_REALTIME))));
}
