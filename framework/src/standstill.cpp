// SPDX-License-Identifier: BSL-1.0
#include "standstill.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cofault/family.hpp"

namespace cofault::detail {
namespace {

using namespace std::chrono_literals;

// Whoever counts ticks until it gives up (an idle check, a back-off) has done so by then.
constexpr std::uint64_t enough_ticks = 10'000;
constexpr virtual_time enough_time = std::chrono::nanoseconds(10h).count();
constexpr virtual_time times_the_plain_run = 10;
// What it may cost where the ticks are too short for that time to pass; and the time that is enough
// then.
constexpr std::uint64_t enough_arrivals = 300'000;
constexpr virtual_time least_time = std::chrono::nanoseconds(1h).count();
// Not much more could be recorded. Without faults nothing is known of how long the root may wait: a
// day, beside what ticks every second.
constexpr std::uint32_t enough_events = trace_buffer::capacity / 8 * 5;

bool moves(const event& e) {
  return e.kind == event_kind::started || e.kind == event_kind::resumed ||
         e.kind == event_kind::arrived || e.kind == event_kind::returned ||
         e.kind == event_kind::failed;
}

bool is_persistent(const plan& p) {
  return std::any_of(p.begin(), p.end(), [](const deviation& d) { return d.what.tries != 1; });
}

}  // namespace

bool in_root(const run_state& run, const family& who, std::uint32_t frame) {
  while (frame != 0 && frame != run.root_frame) frame = who.awaiter(frame);
  return frame != 0;
}

std::optional<std::uint32_t> root_moved_since(const run_state& run, std::uint32_t first_event) {
  const trace_buffer& t = trace();
  const family who({t.events, t.count()});
  for (std::uint32_t i = t.count(); i-- > first_event;)
    if (moves(t.events[i]) && in_root(run, who, t.events[i].frame)) return i;
  return std::nullopt;
}

void standstill::begin_behind(std::uint32_t event) {
  const trace_buffer& t = trace();
  first_event_ = event + 1;
  since_ = t.events[event].time;
  ticks_ = 0;
  arrivals_ = run_.arrivals;
  for (std::uint32_t i = first_event_; i < t.count(); ++i) {
    if (t.events[i].kind == event_kind::jumped && t.events[i].value > 0) ++ticks_;
    if (t.events[i].kind == event_kind::arrived) --arrivals_;
  }
}

bool standstill::has_lasted(virtual_time enough) const {
  const virtual_time plain = run_.is_planned ? plain_duration() : 0;
  return lasted() >= enough + times_the_plain_run * plain;
}

bool standstill::is_costly() const { return run_.arrivals - arrivals_ >= enough_arrivals; }

standstill::verdict standstill::look() {
  if (run_.root_frame == 0 || (run_.is_planned && !run_.faulted)) return verdict::none;
  // A runtime may ask for a jump only to look at its queues.
  if (std::exchange(asked_, virtual_clock::now()) != virtual_clock::now()) ++ticks_;
  const auto is_over = [&] {
    if (ticks_ < enough_ticks) return false;
    const bool is_long = run_.events() >= enough_events;
    if (!run_.is_planned) return is_long && has_lasted(enough_time);
    return has_lasted(enough_time) || is_costly() || (is_long && has_lasted(least_time));
  };
  if (!is_over()) return verdict::none;
  if (const auto moved = root_moved_since(run_, first_event_)) {
    begin_behind(*moved);
    if (!is_over()) return verdict::none;
  }
  // A fault that stays may be retried for ever, and rightly so.
  return has_lasted(least_time) && !is_persistent(run_.what) ? verdict::ticking
                                                             : verdict::undecided;
}

}  // namespace cofault::detail
