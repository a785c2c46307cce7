// SPDX-License-Identifier: BSL-1.0
#include "plain_owners.hpp"

#include <algorithm>

#include "run_state.hpp"

namespace cofault::detail {

plain_owners::plain_owners() {
  const trace_buffer& plain = plain_trace();
  read({plain.events, plain.count()});
}

void plain_owners::read(std::span<const event> trace) {
  reused_vector<coroutine> made;
  reused_vector<std::uint32_t> running;  // who runs last
  std::uint32_t just_ended = 0;          // and nobody has moved since
  for (const event& e : trace) {
    if (e.kind == event_kind::torn_down) return;
    if (made.size() <= e.frame) made.resize(e.frame + 1);
    switch (e.kind) {
      case event_kind::created:
        made[e.frame] = {static_cast<std::uint32_t>(e.value >> 32),
                         static_cast<std::uint32_t>(e.value)};
        break;
      case event_kind::started:
      case event_kind::resumed:
        just_ended = 0;
        running.push_back(e.frame);
        break;
      case event_kind::returned:
      case event_kind::failed:
        just_ended = e.frame;
        [[fallthrough]];
      case event_kind::suspended:
        std::erase(running, e.frame);
        break;
      case event_kind::destroyed:
        // Who is destroyed at once when it ends does that itself.
        if (!running.empty() && just_ended != e.frame)
          known_.push_back({made[e.frame], made[running.back()]});
        break;
      default:
        break;
    }
  }
}

bool plain_owners::have_lost(const run_state& run, const frame& f) const {
  const coroutine lost{f.function, f.instance};
  const auto found = std::find_if(known_.begin(), known_.end(),
                                  [&](const destruction& d) { return d.of == lost; });
  if (found == known_.end()) return false;
  for (const frame_list* list : {&run.unstarted, &run.started})
    for (const frame* other = list->first(); other != nullptr; other = other->next)
      if (coroutine{other->function, other->instance} == found->by &&
          other->state != frame_state::finished)
        return false;
  const trace_buffer& t = trace();
  return std::any_of(t.events, t.events + t.count(), [&](const event& e) {
    return e.kind == event_kind::created &&
           e.value == (std::uint64_t{found->by.function} << 32 | found->by.instance);
  });
}

}  // namespace cofault::detail
