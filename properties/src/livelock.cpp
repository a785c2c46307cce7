// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/livelock.hpp"

#include "cofault/detail/handler_place.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

// What keeps the coroutine spinning is the handler that ends one exception after the other there.
void blame_handler(const outcome& what, const event& parked, violation& v) {
  exception_story last;
  for (const exception_story& s : exception_stories(what))
    if (s.handled_at != 0 && s.handled_by == parked.frame) last = s;
  if (last.handled_at == 0) return;
  const detail::place_in_source place = detail::handler_in_source(last.handler);
  if (place.line == 0) return;
  v.text += "; the handler at " + sites::place(place.site()) + " ended an exception each time";
  if (what.has(event_kind::cancelling)) v.site = place.site();
}

}  // namespace

void livelock::judge(const outcome& what, std::vector<violation>& out) const {
  const family who(what.trace());
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::probe_started) return;  // what spins there, the probe tells
    if (e.kind != event_kind::parked) continue;
    violation v{e.site, e.frame,
                who.name(e.frame) + " came to " + sites::place(e.site) + " " +
                    std::to_string(e.value) +
                    " times while the clock stood still, and was stopped there"};
    blame_handler(what, e, v);
    return out.push_back(std::move(v));
  }
}

}  // namespace cofault::properties
