// SPDX-License-Identifier: BSL-1.0
#include "unfailing_calls.hpp"

#include "cofault/detail/frame.hpp"

namespace cofault::detail {
namespace {

constexpr std::uint8_t awaits = 1, may_fail = 2;

// Nothing of the runtimes that cofault knows: what fails there is known.
bool is_generic(const event& arrival) {
  return static_cast<runtime>(arrival.value >> await_runtime_shift & 0xFF) == runtime::generic;
}

bool can_fail(const event& arrival) {
  return (arrival.value & (await_can_throw | await_takes_code)) != 0;
}

}  // namespace

unfailing_calls::unfailing_calls(std::span<const event> trace, const family& who) {
  if (!who.any_awaited()) return;
  reused_vector<bool> waits;  // by coroutine: its last await is of no coroutine
  for (const event& e : trace) {
    if (e.kind == event_kind::probe_started) return;
    if (e.frame == 0 || who.is_user(e.frame)) continue;
    switch (e.kind) {
      case event_kind::arrived:
        if (waits.size() <= e.frame) waits.resize(e.frame + 1);
        waits[e.frame] = e.other == 0;
        if (e.other == 0) mark(e.frame, awaits, who);
        if (!is_generic(e) || (e.other == 0 ? can_fail(e) : who.is_user(e.other)))
          mark(e.frame, may_fail, who);
        break;
      case event_kind::suspended:
        if (e.frame < waits.size() && waits[e.frame]) mark(e.frame, may_fail, who);
        break;
      case event_kind::joined:
      case event_kind::failed:
        mark(e.frame, may_fail, who);
        break;
      default:
        break;
    }
  }
}

bool unfailing_calls::has(std::uint32_t frame) const {
  return frame < known_.size() && known_[frame] == awaits;
}

// And of all library code that awaits it.
void unfailing_calls::mark(std::uint32_t frame, std::uint8_t what, const family& who) {
  for (std::uint32_t f = frame; f != 0 && !who.is_user(f); f = who.awaiter(f)) {
    if (known_.size() <= f) known_.resize(f + 1);
    if ((known_[f] & what) != 0) return;
    known_[f] |= what;
  }
}

}  // namespace cofault::detail
