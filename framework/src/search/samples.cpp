// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <random>
#include <stdexcept>

#include "cofault/search.hpp"

namespace cofault::search {
namespace {

void refuse_none(std::uint32_t samples) {
  if (samples == 0)
    throw std::invalid_argument("cofault: a search of 0 samples runs nothing; allow at least one");
}

// Schedules of one kind, every second one with a fault: any of those the run without faults shows.
void sample(const trial& after, fault kind, std::uint32_t samples, std::uint32_t seed,
            plan_list& out) {
  if (!after.what.empty() || !after.has_choices()) return;
  deviation_list faults = after.next();
  std::erase_if(faults, [](const deviation& d) { return !is_failure(d.what.kind); });
  std::mt19937 random(seed);
  for (std::uint32_t i = 0; i < samples; ++i) {
    plan one(deviation{schedule_point(seed + i), kind});
    if (i % 2 == 1 && !faults.empty()) one.add(faults[random() % faults.size()]);
    out.push_back(one);
  }
}

}  // namespace

random::random(std::uint32_t samples, std::uint32_t seed) : samples_(samples), seed_(seed) {
  refuse_none(samples);
}

void random::extend(const trial& after, plan_list& out) const {
  sample(after, {fault_kind::random}, samples_, seed_, out);
}

pct::pct(std::uint8_t depth, std::uint32_t samples, std::uint32_t seed)
    : depth_(depth), samples_(samples), seed_(seed) {
  refuse_none(samples);
  if (depth == 0) throw std::invalid_argument("cofault: PCT looks for bugs of depth 1 and more");
}

void pct::extend(const trial& after, plan_list& out) const {
  sample(after, {fault_kind::pct, depth_}, samples_, seed_, out);
}

}  // namespace cofault::search
