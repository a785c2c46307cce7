// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/event.hpp"
#include "cofault/exception_story.hpp"

namespace cofault::detail {

constexpr std::size_t none = ~std::size_t{0};

// One handler that an exception was in.
struct handling {
  std::size_t caught = none, left = none;  // indices in the trace
  std::uint32_t frame = 0;
  std::uint32_t by = 0;    // the exception that left it; 0: it ended normally
  bool machinery = false;  // a promise's unhandled_exception: the exception is sealed, not handled
  bool inside = false;     // it ended within the handler in which the exception was thrown
};

// One exception, from its birth to its death.
struct life {
  exception_story story;
  reused_vector<handling> handlings;
  std::uint32_t carried_by = 0;
  std::uint32_t thrown_in = 0;  // the exception in whose handler it was thrown
  std::size_t born = none, died = none, last_flight = none;
  bool judged = false, declared = false, terminated = false, retrieved = false;
  bool reported = false;  // in any handler: what was logged there may end quietly further up
  bool taken = false;     // as a value, from the coroutine that it ended
};

// What a trace tells of its exceptions, read once. What becomes of them, others judge.
class exception_lives {
 public:
  explicit exception_lives(std::span<const event> trace);

  // By number, from 1. A number that never came has a story without one.
  reused_vector<life>& all() { return lives_; }
  life& of(std::uint32_t n) {
    if (lives_.size() <= n) lives_.resize(n + 1);
    lives_[n].story.number = n;
    return lives_[n];
  }

  // It is the root's outcome, or left the event loop.
  bool is_outcome(std::uint32_t n) const {
    return std::find(outcomes_.begin(), outcomes_.end(), n) != outcomes_.end();
  }
  bool root_ended() const { return root_ended_; }
  bool threw() const { return threw_; }

  // Indices in the trace, or none: the last observation of the test, the plan's end of the world,
  // the teardown.
  std::size_t observed_at() const { return observed_at_; }
  std::size_t cut_at() const { return cut_at_; }
  std::size_t torn_down_at() const { return torn_down_at_; }
  // Somebody would have gone on later, had the world not been taken down.
  bool sleepers_left() const { return sleepers_left_; }

  // The await point that the coroutine had reached last before that event; 0: none.
  std::uint32_t place(std::uint32_t frame, std::size_t event) const;

  // Who hears how the chain ended that begins with the coroutine: a spawn_handler, or 0.
  std::uint64_t spawned(std::uint32_t frame) const {
    return frame < spawns_.size() ? spawns_[frame] & spawn_kinds : 0;
  }

 private:
  void read(std::size_t i);
  void birth(std::size_t i);
  void type(const event& e);
  void open(std::size_t i);
  void close(std::size_t i);
  void death(std::size_t i);
  void seal(const event& e);
  void spawn(const event& e);
  handling* innermost(std::uint32_t n);

  std::span<const event> trace_;
  reused_vector<life> lives_;
  reused_vector<std::uint64_t> spawns_;    // by coroutine: spawn_handler
  reused_vector<std::uint32_t> open_;      // the exceptions being handled, innermost last
  reused_vector<std::uint32_t> outcomes_;  // the exceptions that are the root's outcome
  std::uint32_t after_code_ = 0;           // the coroutine that was given an error code just now
  std::size_t observed_at_ = none, cut_at_ = none, torn_down_at_ = none;
  bool threw_ = false, root_ended_ = false, sleepers_left_ = false;
};

}  // namespace cofault::detail
