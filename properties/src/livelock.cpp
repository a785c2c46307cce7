// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/livelock.hpp"

#include <cstddef>

#include "cofault/detail/handler_place.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

// In the trace, where the coroutine came to the place the time before it was parked there.
std::size_t visit_before(const outcome& what, std::size_t parked) {
  const event& last = what.first[parked];
  int visits = 0;
  for (std::size_t i = parked; i-- > 0;) {
    const event& e = what.first[i];
    if (e.kind == event_kind::arrived && e.frame == last.frame && e.site == last.site &&
        ++visits == 2)
      return i;
  }
  return 0;
}

// What keeps the coroutine spinning is the handler that ends one exception after the other there:
// whatever throws them, and at whichever await, that is the line to mend.
void blame_handler(const outcome& what, std::size_t parked, violation& v) {
  exception_story last;
  for (const exception_story& s : exception_stories(what))
    if (s.handled_at != 0 && s.handled_by == v.frame) last = s;
  if (last.handled_at <= visit_before(what, parked)) return;
  const detail::place_in_source place = detail::handler_in_source(last.handler);
  if (place.line == 0) return;
  v.text += "; the handler at " + sites::place(place.site()) + " ended an exception each time";
  v.site = place.site();
}

}  // namespace

void livelock::judge(const outcome& what, std::vector<violation>& out) const {
  const family who(what.trace());
  // What makes the probe fail, that tells.
  const bool probe_tells = what.has(event_kind::probe_hung) || what.has(event_kind::probe_threw) ||
                           what.has(event_kind::probe_differs);
  for (std::size_t i = 0; i < what.count; ++i) {
    const event& e = what.first[i];
    if (e.kind == event_kind::probe_started && probe_tells) return;
    if (e.kind != event_kind::parked) continue;
    violation v{e.site, e.frame,
                who.name(e.frame) + " came to " + sites::place(e.site) + " " +
                    std::to_string(e.value) +
                    " times while the clock stood still, and was parked there, suspended for good"};
    blame_handler(what, i, v);
    if (what.fault_free) v.text += "; a loop that ends needs more options().visits()";
    return out.push_back(std::move(v));
  }
}

}  // namespace cofault::properties
