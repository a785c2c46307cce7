// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"

namespace cofault {

class options;

using deviation_list = detail::reused_vector<deviation>;
using plan_list = detail::reused_vector<plan>;

// A run, as a strategy sees it.
struct trial {
  const plan& what;  // empty: the run without faults
  const outcome& done;
  bool good;  // nothing was wrong with it
  const options& how;

  // What can be added to the plan: every fault that the injectors propose, and every delay, behind
  // the last deviation of the plan; for the empty plan everywhere, with the first visits first.
  deviation_list next() const;
  // More than one piece of work was ready at some time, and the driver lets it be chosen.
  bool has_choices() const;
};

// Decides which plans are run. Stateless: what it proposes depends on the trial alone, so that the
// search goes on in another process where a trial has taken one with it.
class strategy {
 public:
  virtual ~strategy() = default;

  // Appends the plans that the trial makes worth running. Asked first for the run without faults,
  // and then for each of its own plans.
  virtual void extend(const trial& after, plan_list& out) const = 0;

  // At most so many of its plans with more than one deviation are run.
  virtual std::uint32_t max_longer() const { return ~0u; }
};

using strategy_list = std::vector<std::shared_ptr<const strategy>>;

namespace search {

// Every plan with up to `most` deviations, each behind those before it: all single faults and
// single delays, then all pairs whose second lies behind a first that had nothing wrong alone, …
// What is tried again after a fault gets it again, for two tries and for every one. Plans of more
// than one deviation stop at `longer`, and the result says so.
class exhaustive : public strategy {
 public:
  // Throws std::invalid_argument unless `most` is from 1 to 4.
  explicit exhaustive(std::uint32_t most = 2, std::uint32_t longer = ~0u);
  void extend(const trial& after, plan_list& out) const override;
  std::uint32_t max_longer() const override { return longer_; }

 private:
  std::uint32_t most_, longer_;
};

// So many schedules, in which each step takes any of the pieces of work that are ready with the
// same probability; every second one has a fault beside it. The same seed gives the same schedules.
class random : public strategy {
 public:
  // Throws std::invalid_argument if `samples` is 0.
  explicit random(std::uint32_t samples, std::uint32_t seed = 1);
  void extend(const trial& after, plan_list& out) const override;

 private:
  std::uint32_t samples_, seed_;
};

// So many schedules of PCT (Burckhardt et al., ASPLOS 2010): chains of coroutines have random
// priorities, the highest that is ready runs, and at depth - 1 random steps the priority of who
// runs drops below all others. A bug that needs `depth` ordering constraints is hit by each sample
// with a probability of at least 1 / (n * k^(depth - 1)), where n is the number of chains and k
// that of the steps of a run. Every second sample has no fault, the others have one.
class pct : public strategy {
 public:
  // Throws std::invalid_argument if `samples` is 0, or `depth` is not from 1 to 255.
  pct(std::uint8_t depth, std::uint32_t samples, std::uint32_t seed = 1);
  void extend(const trial& after, plan_list& out) const override;

 private:
  std::uint8_t depth_;
  std::uint32_t samples_, seed_;
};

}  // namespace search
}  // namespace cofault
