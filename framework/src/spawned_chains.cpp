// SPDX-License-Identifier: BSL-1.0
#include "spawned_chains.hpp"

#include <algorithm>

namespace cofault::detail {
namespace {

bool ends(const event& e) {
  return e.kind == event_kind::returned || e.kind == event_kind::failed ||
         e.kind == event_kind::destroyed;
}

}  // namespace

spawned_chains::spawned_chains(std::span<const event> trace, const family& who) : who_(who) {
  bool queueing = false;
  for (const event& e : trace) {
    if (e.kind != event_kind::spawned) continue;
    if (handlers_.size() <= e.frame) handlers_.resize(e.frame + 1);
    handlers_[e.frame] = e.value;
    queueing = queueing || (e.value & spawn_queues) != 0;
  }
  if (queueing) find_queued(trace);
}

std::uint64_t spawned_chains::handler(std::uint32_t frame) const {
  return frame < handlers_.size() ? handlers_[frame] : 0;
}

bool spawned_chains::has_own_slot(std::uint32_t frame) const {
  while (who_.awaiter(frame) != 0) frame = who_.awaiter(frame);
  const std::uint64_t kind = handler(frame) & spawn_kinds;
  return (handler(frame) & spawn_slot) != 0 && kind != spawn_library && kind != spawn_root;
}

std::uint32_t spawned_chains::top_of(std::uint32_t frame) const {
  while (frame != 0 && handler(frame) == 0) frame = who_.awaiter(frame);
  return frame;
}

// Who waits for a timer is in no queue before that is due: the clock has moved when it goes on. Who
// goes on in the step in which it was suspended has waited for nothing.
void spawned_chains::find_queued(std::span<const event> trace) {
  struct chain {
    bool ends = false, goes_on = false;
    std::uint64_t step = ~std::uint64_t{0};  // in which it goes on
  };
  ends_next_.assign(trace.size(), false);
  reused_vector<chain> later(handlers_.size());  // by top: what follows
  for (std::size_t i = trace.size(); i-- > 0;) {
    const event& e = trace[i];
    const std::uint32_t top = top_of(e.frame);
    if ((handler(top) & spawn_queues) == 0) continue;
    chain& c = later[top];
    if (ends(e) && e.frame == top) c.ends = true;
    if (e.kind == event_kind::resumed) {
      c.goes_on = (e.value & 1) == 0;
      c.step = e.value >> 1;
    }
    if (e.kind != event_kind::suspended || e.value == c.step) continue;
    ends_next_[i] = c.ends && c.goes_on;
    c = {};
  }
}

void spawned_chains::follow(const event& e, std::size_t i) {
  if (e.kind == event_kind::spawned) early_.push_back({e.frame, false});
  if (e.kind == event_kind::resumed)
    for (early& c : early_) c.begun = c.begun || c.top == e.frame;
  if (ends(e)) std::erase_if(early_, [&](const early& c) { return c.top == e.frame; });
  if (ends_next_.empty()) return;
  if (ends_next_[i]) queued_.push_back(top_of(e.frame));
  if (e.kind == event_kind::resumed) std::erase(queued_, top_of(e.frame));
}

void spawned_chains::step_ended() {
  // What had begun has been suspended by now.
  std::erase_if(early_, [](const early& c) { return c.begun; });
  queued_before_ = !queued_.empty();
}

}  // namespace cofault::detail
