// SPDX-License-Identifier: BSL-1.0
#include "dropped_work.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "plain_owners.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

// Null: it is not alive, or not instrumented.
const frame* find_alive(const run_state& run, const void* coroutine) {
  for (const frame_list* list : {&run.unstarted, &run.started})
    for (const frame* f = list->first(); f != nullptr; f = f->next)
      if (f->address == coroutine) return f;
  return nullptr;
}

}  // namespace

void dropped_work::ended() {
  if (!waiting_.empty()) std::sort(lost_.begin(), lost_.end(), std::less<>());
}

bool dropped_work::is_unseen(const run_state& run, const void* coroutine) const {
  return coroutine != nullptr && find_alive(run, coroutine) == nullptr &&
         !std::binary_search(lost_.begin(), lost_.end(), coroutine, std::less<>());
}

bool dropped_work::had_unseen_taker(const run_state& run) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const void* coroutine) { return is_unseen(run, coroutine); });
}

bool dropped_work::had_a_taker(const run_state& run) const {
  if (!told_) return left_;
  std::optional<plain_owners> owners;
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const void* coroutine) {
    const frame* const taker = find_alive(run, coroutine);
    if (taker == nullptr) return coroutine == nullptr || is_unseen(run, coroutine);
    if (!run.is_planned) return true;
    if (!owners) owners.emplace();
    return own_themselves_ || !owners->have_lost(run, *taker);
  });
}

reused_vector<std::uint32_t> left_behind(const run_state& run) {
  reused_vector<std::uint32_t> out;
  std::optional<plain_owners> owners;
  for (const frame* f = run.started.first(); f != nullptr; f = f->next) {
    if (f->state != frame_state::suspended || is_owned_by_its_queue(*f)) continue;
    if (!owners) owners.emplace();
    if (owners->have_lost(run, *f)) out.push_back(f->id);
  }
  return out;
}

void note_dropped(const void* coroutine) {
  run_state* run = run_state::current();
  if (run != nullptr && run->tearing_down) run->dropped.add(coroutine);
}

void note_dropped_owned() {
  run_state* run = run_state::current();
  if (run != nullptr && run->tearing_down) run->dropped.add_owned();
}

}  // namespace cofault::detail
