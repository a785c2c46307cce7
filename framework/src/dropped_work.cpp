// SPDX-License-Identifier: BSL-1.0
#include "dropped_work.hpp"

#include <algorithm>

#include "run_state.hpp"

namespace cofault::detail {
namespace {

bool is_alive(const run_state& run, const void* coroutine) {
  for (const frame_list* list : {&run.unstarted, &run.started})
    for (const frame* f = list->first(); f != nullptr; f = f->next)
      if (f->address == coroutine) return true;
  return false;
}

}  // namespace

bool dropped_work::is_unseen(const run_state& run, const void* coroutine) const {
  return coroutine != nullptr && !is_alive(run, coroutine) &&
         std::find(lost_.begin(), lost_.end(), coroutine) == lost_.end();
}

bool dropped_work::had_unseen_taker(const run_state& run) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const void* coroutine) { return is_unseen(run, coroutine); });
}

bool dropped_work::had_a_taker(const run_state& run) const {
  if (!told_) return left_;
  return std::any_of(waiting_.begin(), waiting_.end(), [&](const void* coroutine) {
    return coroutine == nullptr || is_alive(run, coroutine) || is_unseen(run, coroutine);
  });
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
