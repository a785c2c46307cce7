// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/resources.hpp"

#include <algorithm>

#include "cofault/detail/texts.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

const event* acquisition(const outcome& what, std::uint64_t serial) {
  for (const event& e : what.trace())
    if (e.kind == event_kind::acquired && e.value == serial) return &e;
  return nullptr;
}

bool ends(const event& e) { return e.kind == event_kind::returned || e.kind == event_kind::failed; }

// Whether who awaits it may have got the resource as its result. What a peer does with it besides
// is not asked.
bool hands_over(const family& who, const event& e) {
  return e.kind == event_kind::returned && (e.value != 0 || !who.is_user(e.frame));
}

// The await of the coroutine that held the resource when the fault struck: of the one that acquired
// it or, if that had ended by then, of the one that had awaited it. What was acquired behind the
// fault was held across the last await of who acquired it, or of who got it from there.
std::uint32_t held_across(const outcome& what, const family& who, const event& acquired) {
  std::vector<std::uint32_t> place;
  const event* const fault = last_strike(what.trace());
  bool struck = false, held = false;
  std::uint32_t holder = acquired.frame;
  for (const event& e : what.trace()) {
    if (place.size() <= e.frame) place.resize(e.frame + 1);
    struck = struck || &e == fault;
    held = held || &e == &acquired;
    if (&e == fault && held) break;
    if (e.kind == event_kind::arrived) place[e.frame] = e.site;
    if (!held || !ends(e) || e.frame != holder) continue;
    const std::uint32_t next = who.awaiter(holder);
    if (struck && (next == 0 || !hands_over(who, e))) break;
    holder = next;
  }
  return who.is_user(holder) && holder < place.size() ? place[holder] : 0;
}

// Behind which the resource was acquired; if none is, the first one in front of which it was.
std::uint32_t nearest_await(const outcome& what, const event& acquired) {
  if (acquired.site != 0) return acquired.site;
  const auto trace = what.trace();
  const auto next = std::find_if(trace.begin(), trace.end(), [&](const event& e) {
    return e.kind == event_kind::arrived && e.frame == acquired.frame;
  });
  return next == trace.end() ? 0 : next->site;
}

}  // namespace

void resources::judge(const outcome& what, std::vector<violation>& out) const {
  const family who(what.trace());
  for (const event& e : what.trace()) {
    if (e.kind != event_kind::leaked) continue;
    const event* const a = acquisition(what, e.value);
    violation v;
    v.text = std::string(detail::text_of(e.other));
    if (a != nullptr && a->frame != 0) {
      v.text += ", acquired by " + who.name(a->frame);
      if (a->site != 0) v.text += " behind its await at " + sites::place(a->site);
      v.text += ",";
      v.frame = a->frame;
      v.site = what.fault_free ? nearest_await(what, *a) : held_across(what, who, *a);
    }
    v.text += " is never released";
    out.push_back(std::move(v));
  }
}

}  // namespace cofault::properties
