// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>

namespace cofault::detail {

// Asio's timer queue would wait `nanoseconds` for its earliest timer. Under a virtual clock this
// is noted as the next deadline, and 0 is returned so that Asio looks again at every poll.
std::int64_t wait_time(std::int64_t nanoseconds);

// The same for a clock of another resolution; longer waits than nanoseconds can tell are cut.
template <class Duration>
Duration wait_duration(Duration wait) {
  using std::chrono::nanoseconds;
  constexpr auto longest = std::chrono::floor<Duration>(nanoseconds::max());
  constexpr auto shortest = std::chrono::ceil<Duration>(nanoseconds::min());
  const auto cut = wait > longest ? longest : wait < shortest ? shortest : wait;
  return std::chrono::ceil<Duration>(
      nanoseconds(wait_time(std::chrono::duration_cast<nanoseconds>(cut).count())));
}

// How long it is until then; 0 where that has been, however long ago.
template <class Clock, class Duration>
Duration wait_until(std::chrono::time_point<Clock, Duration> then) {
  const auto now = Clock::now();
  return wait_duration(then > now ? then - now : Duration::zero());
}

// The earliest deadline noted since the last call with reset, as virtual time; -1: none.
std::int64_t noted_deadline(bool reset);

}  // namespace cofault::detail
