// SPDX-License-Identifier: BSL-1.0
#include "cofault/scheduler.hpp"

#include <algorithm>
#include <limits>

namespace cofault {

void scheduler::post(std::function<void()> work) { ready_.push_back(std::move(work)); }

void scheduler::post_after(std::chrono::nanoseconds after, std::function<void()> work) {
  const virtual_time now = virtual_clock::now();
  const virtual_time room = std::numeric_limits<virtual_time>::max() - now;
  const virtual_time delay = std::clamp<virtual_time>(after.count(), 0, room);
  if (delay == 0) return post(std::move(work));
  timers_.push({now + delay, order_++, std::move(work)});
}

void scheduler::run(std::size_t i) {
  const auto chosen = ready_.begin() + static_cast<std::ptrdiff_t>(i);
  const auto work = std::move(*chosen);
  ready_.erase(chosen);
  work();
}

std::optional<virtual_time> scheduler::next_deadline() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.top().due;
}

void scheduler::release_due() {
  while (!timers_.empty() && timers_.top().due <= virtual_clock::now()) {
    post(timers_.top().work);
    timers_.pop();
  }
}

void scheduler::clear() {
  ready_.clear();
  timers_ = {};
}

namespace detail {

void scheduler_driver::start() {
  root_ = body_(scheduler_);
  scheduler_.post([this] { root_.resume(); });
}

bool scheduler_driver::run(std::size_t i) {
  if (i >= scheduler_.ready()) return false;
  scheduler_.run(i);
  return true;
}

void scheduler_driver::teardown() {
  scheduler_.clear();
  root_ = root_coroutine();
  parked_.clear();
}

}  // namespace detail
}  // namespace cofault
