// SPDX-License-Identifier: BSL-1.0
#include "schedule.hpp"

#include <algorithm>

#include "cofault/driver.hpp"
#include "cofault/site.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

bool is_user_site(std::uint32_t site) {
  return site != 0 && sites::function(sites::site(site).function).user;
}

}  // namespace

// SplitMix64 (Steele et al., OOPSLA 2014).
std::uint32_t random_numbers::below(std::uint32_t n) {
  std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return static_cast<std::uint32_t>((z >> 32) * n >> 32);
}

std::uint32_t& plain_steps() {
  static thread_local std::uint32_t steps = 0;
  return steps;
}

schedule::schedule(run_state& run) : run_(run) {
  for (const deviation& d : run.what) {
    const auto number = static_cast<std::uint32_t>(&d - run.what.begin());
    if (d.what.kind == fault_kind::delay) left_.push_back({number, d.what.value});
    if (!is_schedule(d.what.kind) || whole_ != nullptr) continue;
    whole_ = &d;
    run.depart();
    random_ = random_numbers(seed_of(d.where));
    run.mark_reached(number);
    if (d.what.kind != fault_kind::pct) continue;
    chains_.emplace();
    for (unsigned i = 1; i < d.what.value; ++i)
      changes_.push_back(1 + random_.below(std::max(plain_steps(), 1u)));
  }
}

// Where it waits for its first step.
std::optional<schedule::piece> schedule::start_of(const frame& f) const {
  if (!f.user) return std::nullopt;
  return piece{f.id, sites::start_of(f.function), 1, f.instance, true};
}

std::optional<schedule::piece> schedule::first() const {
  const void* const address = run_.world->first().address();
  if (address == nullptr) return std::nullopt;
  const frame* const f = run_.find_at(address);
  if (f == nullptr) return std::nullopt;
  if (f->state == frame_state::created) return start_of(*f);
  if (f->user && f->site != 0) return piece{f->id, f->site, f->visit, f->instance};
  // The user's coroutine that waits for it.
  const event* above = run_.awaited_by(f->id);
  while (above != nullptr && !is_user_site(above->site)) above = run_.awaited_by(above->frame);
  const frame* const waits = above == nullptr ? nullptr : run_.started.find(above->frame);
  if (waits == nullptr) return std::nullopt;
  return piece{above->frame, above->site, visit_of(*above), waits->instance};
}

point schedule::where(const piece& p) { return {sites::site(p.site).key, p.instance, p.visit}; }

void schedule::choose_among(std::size_t choices) {
  if (run_.tearing_down) return;
  const bool planned = run_.faults_allowed;
  if (planned && whole_ != nullptr && whole_->what.kind == fault_kind::pct)
    return take_most_urgent(choices);
  if (choices < 2) return;
  if (planned && whole_ != nullptr) return take_any(choices);
  for (std::size_t i = 0; i <= choices; ++i) {
    const std::optional<piece> front = first();
    if (!front) return;
    record(event_kind::choice, *front, static_cast<std::uint32_t>(choices));
    std::uint32_t number = 0;
    if (!planned || !is_delayed(*front, number)) return;
    postpone(*front, number);
  }
}

void schedule::record(event_kind kind, const piece& p, std::uint32_t other) {
  run_.record_at(kind, p.frame, p.site, std::uint64_t{p.instance} << 32 | p.visit, other);
}

bool schedule::is_delayed(const piece& p, std::uint32_t& number) {
  for (planned_delay& d : left_) {
    if (d.times == 0 || run_.what[d.number].where != where(p)) continue;
    number = d.number;
    if (--d.times == 0) run_.mark_reached(number);
    return true;
  }
  return false;
}

void schedule::postpone(const piece& p, std::uint32_t number) {
  if (!run_.world->postpone()) return;
  run_.depart();
  record(event_kind::delayed, p, number);
}

void schedule::take_any(std::size_t choices) {
  for (std::uint32_t skip = random_.below(static_cast<std::uint32_t>(choices)); skip > 0; --skip) {
    const std::optional<piece> front = first();
    if (!front) return;  // what cannot be named is not delayed
    postpone(*front, not_planned);
  }
}

void schedule::take_most_urgent(std::size_t choices) {
  // All are looked at by moving each behind the others: then they stand as before.
  piece_list all;
  for (std::size_t i = 0; i < choices; ++i) {
    all.push_back(first());
    if (choices > 1 && !run_.world->postpone()) return;
  }
  std::size_t best = most_urgent(all);
  if (best == all.size()) return;
  // The chain that would run next is the one that a change at this step strikes.
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i] != steps_) continue;
    (*chains_)[chain_of(*all[best])] = static_cast<std::int64_t>(i) - whole_->what.value;
    best = most_urgent(all);
  }
  for (std::size_t i = 0; i < best; ++i) {
    if (!all[i]) return;  // what cannot be named is not delayed
    postpone(*all[i], not_planned);
  }
}

std::uint32_t schedule::chain_of(const piece& p) {
  return p.begins ? p.frame : run_.top_of(p.frame);
}

std::size_t schedule::most_urgent(const piece_list& all) {
  std::size_t best = all.size();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] && (best == all.size() || priority_of(*all[i]) > priority_of(*all[best]))) best = i;
  return best;
}

// Drawn when the chain is met first: as good as a permutation of all.
std::int64_t schedule::priority_of(const piece& p) {
  const auto [found, fresh] = chains_->try_emplace(chain_of(p), 0);
  if (fresh) found->second = 1 + std::int64_t{random_.below(1u << 31)};
  return found->second;
}

}  // namespace cofault::detail
