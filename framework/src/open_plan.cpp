// SPDX-License-Identifier: BSL-1.0
#include "cofault/open_plan.hpp"

#include <tuple>

#include "cofault/site.hpp"
#include "schedule.hpp"

namespace cofault {
namespace {

// An open plan begins with a deviation at this place. Its fault is a delay: how many deviations the
// number is to choose; 0: the others that stand in the plan are meant.
std::uint64_t open_site() {
  static const std::uint64_t key = sites::key_of("open");
  return key;
}

plan opened(std::uint64_t number, std::uint8_t deviations) {
  return plan(
      {{open_site(), static_cast<std::uint32_t>(number >> 32), static_cast<std::uint32_t>(number)},
       {fault_kind::delay, deviations}});
}

// How often it is done is not asked: what is possible once is possible again.
bool same_kind(const fault& a, const fault& b) {
  return a.kind == b.kind && a.when == b.when &&
         (a.kind == fault_kind::delay || a.value == b.value);
}

// What is nearer to the place that was wanted: that itself, then the same coroutine, then the same
// visit, then whatever comes last.
auto nearness(const point& at, const point& wanted) {
  return std::tuple(at == wanted, at.instance == wanted.instance, at.visit == wanted.visit,
                    at.instance, at.visit);
}

bool fit(const deviation& wanted, std::span<const deviation> possible, deviation& out) {
  const deviation* best = nullptr;
  for (const deviation& d : possible) {
    if (d.where.site != wanted.where.site || !same_kind(d.what, wanted.what)) continue;
    if (best == nullptr || nearness(d.where, wanted.where) > nearness(best->where, wanted.where))
      best = &d;
  }
  if (best == nullptr) return false;
  out = {best->where, wanted.what};
  return true;
}

}  // namespace

plan open_plan(std::uint64_t number, std::uint8_t deviations) {
  return deviations == 0 ? open_plan(plan()) : opened(number, deviations);
}

plan open_plan(const plan& wanted) {
  plan out = opened(0, 0);
  for (const deviation& d : wanted) out.add(d);
  return out;
}

bool is_open(const plan& p) { return !p.empty() && p[0].where.site == open_site(); }

bool detail::completion::wants_more() const {
  const std::uint8_t chosen = of_[0].what.value;
  return next_ < (chosen > 0 ? chosen : of_.size() - 1);
}

bool detail::completion::choose(std::span<const deviation> possible, deviation& out) {
  const std::size_t i = next_++;
  const auto& [where, what] = of_[0];
  if (what.value == 0) {
    const deviation& wanted = of_[i + 1];
    if (!is_schedule(wanted.what.kind)) return fit(wanted, possible, out);
    out = wanted;
    return true;
  }
  if (possible.empty()) return false;
  const std::uint64_t number = std::uint64_t{where.instance} << 32 | where.visit;
  out = possible[random_numbers(number + i).below(static_cast<std::uint32_t>(possible.size()))];
  return true;
}

}  // namespace cofault
