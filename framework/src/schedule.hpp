// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

#include "cofault/detail/frame.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/plan.hpp"

namespace cofault::detail {

class run_state;

// Numbers that are the same with every library, and cost nothing to seed for each run.
class random_numbers {
 public:
  explicit random_numbers(std::uint64_t seed = 0) : state_(seed) {}
  std::uint32_t below(std::uint32_t n);

 private:
  std::uint64_t state_;
};

// Decides which piece of ready work runs next: first come, first served, but for what the plan
// delays, or as the whole schedule of the plan says. A piece that is not taken goes behind the
// others, so that every schedule can be written down as a list of delays.
class schedule {
 public:
  explicit schedule(run_state& run);

  // Called before each step of the driver, which has so many choices: puts in front what is to run.
  void choose(std::size_t choices) {
    ++steps_;
    if (choices > 1 || chains_.has_value()) choose_among(choices);
  }

  // How many steps there were.
  std::uint32_t steps() const { return steps_; }

 private:
  // A piece of ready work that goes on with the program's own code.
  struct piece {
    std::uint32_t frame, site, visit, instance;  // of user code
    bool begins = false;  // a chain of its own
  };
  static point where(const piece& p);
  // How often a deviation still delays.
  struct planned_delay {
    std::uint32_t number, times;
  };
  using piece_list = reused_vector<std::optional<piece>>;
  std::optional<piece> start_of(const frame& f) const;
  void record(event_kind kind, const piece& p, std::uint32_t other);
  std::uint32_t chain_of(const piece& p);
  void choose_among(std::size_t choices);
  std::optional<piece> first() const;
  bool is_delayed(const piece& p, std::uint32_t& number);
  void postpone(const piece& p, std::uint32_t number);
  void take_any(std::size_t choices);
  void take_most_urgent(std::size_t choices);
  std::size_t most_urgent(const piece_list& all);
  std::int64_t priority_of(const piece& p);

  run_state& run_;
  std::uint32_t steps_ = 0;
  const deviation* whole_ = nullptr;  // a whole schedule
  reused_vector<planned_delay> left_;
  random_numbers random_;
  // PCT's priorities, the highest runs. They may change where one piece is ready alone, too.
  using priorities = std::unordered_map<std::uint32_t, std::int64_t, std::hash<std::uint32_t>,
                                        std::equal_to<std::uint32_t>,
                                        reusing<std::pair<const std::uint32_t, std::int64_t>>>;
  std::optional<priorities> chains_;
  reused_vector<std::uint32_t> changes_;  // the steps at which PCT lowers that of who runs
};

// How many steps the latest run without faults had: PCT takes its changes of priority from them.
std::uint32_t& plain_steps();

}  // namespace cofault::detail
