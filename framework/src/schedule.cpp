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
    random_ = random_numbers(seed_of(d.where));
    run.mark_reached(number);
    if (d.what.kind != fault_kind::pct) continue;
    for (unsigned i = 1; i < d.what.value; ++i)
      changes_.push_back(1 + random_.below(std::max(plain_steps(), 1u)));
  }
}

std::optional<schedule::piece> schedule::first() const {
  const void* const address = run_.world->first().address();
  if (address == nullptr) return std::nullopt;
  const frame* const f = run_.find_at(address);
  if (f == nullptr) return std::nullopt;
  if (f->state == frame_state::created) {
    if (!sites::function(f->function).user) return std::nullopt;
    const std::uint32_t site = sites::start_of(f->function);
    return piece{{sites::site(site).key, f->instance, 1}, f->id, site, f->id};
  }
  await_step user{f->id, f->site, f->visit};
  while (user.frame != 0 && !is_user_site(user.site)) user = run_.awaited_by(user.frame);
  if (user.frame == 0) return std::nullopt;
  const frame* const waits = user.frame == f->id ? f : run_.started.find(user.frame);
  if (waits == nullptr) return std::nullopt;
  const point where{sites::site(user.site).key, waits->instance, user.visit};
  return piece{where, user.frame, user.site, run_.top_of(user.frame)};
}

void schedule::choose(std::size_t choices) {
  ++steps_;
  if (run_.tearing_down) return;
  const bool planned = run_.faults_allowed;
  if (planned && whole_ != nullptr && whole_->what.kind == fault_kind::pct)
    return take_most_urgent(choices);
  if (choices < 2) return;
  if (planned && whole_ != nullptr) return take_any(choices);
  for (std::size_t i = 0; i <= choices; ++i) {
    const std::optional<piece> front = first();
    if (!front) return;
    run_.record_at(event_kind::choice, front->frame, front->site,
                   std::uint64_t{front->where.instance} << 32 | front->where.visit,
                   static_cast<std::uint32_t>(choices));
    std::uint32_t number = 0;
    if (!planned || !is_delayed(*front, number)) return;
    postpone(*front, number);
  }
}

bool schedule::is_delayed(const piece& p, std::uint32_t& number) {
  for (planned_delay& d : left_) {
    if (d.times == 0 || run_.what[d.number].where != p.where) continue;
    number = d.number;
    if (--d.times == 0) run_.mark_reached(number);
    return true;
  }
  return false;
}

void schedule::postpone(const piece& p, std::uint32_t number) {
  if (run_.world->postpone())
    run_.record_at(event_kind::delayed, p.frame, p.site,
                   std::uint64_t{p.where.instance} << 32 | p.where.visit, number);
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
    chains_[all[best]->chain] = static_cast<std::int64_t>(i) - whole_->what.value;
    best = most_urgent(all);
  }
  for (std::size_t i = 0; i < best; ++i) {
    if (!all[i]) return;  // what cannot be named is not delayed
    postpone(*all[i], not_planned);
  }
}

std::size_t schedule::most_urgent(const piece_list& all) {
  std::size_t best = all.size();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] &&
        (best == all.size() || priority_of(all[i]->chain) > priority_of(all[best]->chain)))
      best = i;
  return best;
}

// Drawn when the chain is met first: as good as a permutation of all.
std::int64_t schedule::priority_of(std::uint32_t chain) {
  const auto [found, fresh] = chains_.try_emplace(chain, 0);
  if (fresh) found->second = 1 + std::int64_t{random_.below(1u << 31)};
  return found->second;
}

}  // namespace cofault::detail
