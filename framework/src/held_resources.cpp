// SPDX-License-Identifier: BSL-1.0
#include "held_resources.hpp"

#include <algorithm>
#include <coroutine>
#include <span>

#include "dropped_work.hpp"
#include "forked_try.hpp"
#include "known_place.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

bool is_awaited(run_state& run, const frame& f) {
  const event* const by = run.awaited_by(f.id);
  return by != nullptr && run.started.find(by->frame) != nullptr;
}

// Who made others comes first: it may own them. Whom a coroutine awaits, it destroys itself.
frame* next_holder(run_state& run, const reused_vector<bool>& cut_off) {
  frame* next = nullptr;
  for (frame* f = run.started.first(); f != nullptr; f = f->next) {
    const bool holds = f->id < cut_off.size() && cut_off[f->id] && f->state != frame_state::running;
    if (!holds || is_owned_by_its_queue(*f)) continue;
    if (is_awaited(run, *f)) continue;
    if (next == nullptr || f->id < next->id) next = f;
  }
  return next;
}

// The exploration in which such a process waited for ever: no other one is made in it.
constinit thread_local std::uint32_t in_vain_in = 0;

}  // namespace

held_resources::held_resources(run_state& run) : run_(run) {
  const trace_buffer& t = trace();
  if ((t.kinds & kinds(event_kind::alive)) == 0) return;
  for (const event* e = t.events; e != t.next; ++e) {
    if (e->kind != event_kind::alive || e->value == 0) continue;
    anybody_ = true;
    unseen_ = unseen_ || e->frame == 0;
    if (cut_off_.size() <= e->frame) cut_off_.resize(e->frame + 1);
    cut_off_[e->frame] = true;
  }
}

bool held_resources::holds(std::uint32_t serial) {
  if (!anybody_) return false;
  if (unseen_ || has_moved_since(serial)) return true;
  if (!destroyed_) destroy_holders();
  return !survived_ || std::find(released_.begin(), released_.end(), serial) != released_.end();
}

// One of them has run, or was made, since the resource was acquired.
bool held_resources::has_moved_since(std::uint32_t serial) const {
  const trace_buffer& t = trace();
  const event* const end = t.next;
  const event* const acquired = std::find_if(t.events, end, [&](const event& e) {
    return e.kind == event_kind::acquired && e.value == serial;
  });
  return std::any_of(acquired, end, [&](const event& e) {
    return e.frame < cut_off_.size() && cut_off_[e.frame] && e.kind != event_kind::alive &&
           e.kind != event_kind::pending;
  });
}

// A coroutine may hold what others have put into its queue since it ran last. So all are destroyed,
// and what is released then was held. That is tried in a child, which records in the same trace.
void held_resources::destroy_holders() {
  destroyed_ = true;
  if (in_vain_in == sites::this_counting) return;
  const auto destroy_all = [&] {
    while (frame* f = next_holder(run_, cut_off_))
      std::coroutine_handle<>::from_address(const_cast<void*>(f->address)).destroy();
    return true;
  };
  const auto note_released = [&](std::span<const event> recorded) {
    for (const event& e : recorded)
      if (e.kind == event_kind::released) released_.push_back(static_cast<std::uint32_t>(e.value));
  };
  const tried how = try_in_fork(destroy_all, note_released);
  survived_ = how == tried::succeeded;
  if (how == tried::took_too_long) in_vain_in = sites::this_counting;
}

}  // namespace cofault::detail
