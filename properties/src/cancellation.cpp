// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/cancellation.hpp"

#include <string>

#include "cancelled_work.hpp"
#include "cofault/detail/handler_place.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "declaration.hpp"

namespace cofault::properties {
namespace {

std::string explanation(const swallowed_cancellation& s, const outcome& what, const family& who) {
  const event& next = what.trace()[s.went_on];
  std::string out = "this handler in " + who.name(s.story.handled_by) + " ended the cancellation";
  if (s.as_a_value) out += ", a result was returned as if all were well";
  return out + ", and the work went on: " + who.name(next.frame) + " came to " +
         sites::place(next.site);
}

violation blame(const swallowed_cancellation& s, const outcome& what, const family& who) {
  const detail::place_in_source place = detail::handler_in_source(s.story.handler);
  violation v{place.site(), s.story.handled_by, explanation(s, what, who)};
  if (place.line == 0) {
    v.undecided = true;
    v.text = "a handler in " + who.name(s.story.handled_by) +
             " ended a cancellation and the work went on, but " + place.why;
  }
  return v;
}

// Where one coroutine came back to most often, and so goes round; the last such place.
const event* busiest_await(const outcome& what) {
  const auto visit = [](const event& e) { return e.value >> 32; };
  const event* found = nullptr;
  for (const event& e : what.trace())
    if (e.kind == event_kind::arrived && (e.value & await_user) != 0 &&
        (found == nullptr || visit(e) >= visit(*found)))
      found = &e;
  return found;
}

}  // namespace

void cancellation::judge(const outcome& what, std::vector<violation>& out) const {
  if (what.has(event_kind::parked)) return;  // the livelock's business
  const family who(what.trace());
  const auto swallowed = swallowed_cancellations(what);
  for (const swallowed_cancellation& s : swallowed) {
    violation v = blame(s, what, who);
    if (const auto said = declaration_at(detail::handler_in_source(s.story.handler))) {
      if (said->deliberate) continue;
      v.text += said->complaint;
    }
    out.push_back(std::move(v));
  }
  if (!swallowed.empty() || !what.has(event_kind::overran)) return;
  const event* const last = busiest_await(what);
  if (last == nullptr) return;
  out.push_back({last->site, last->frame,
                 who.name(last->frame) +
                     " still goes on here long after the root was cancelled: it has reached more "
                     "than twice as many await points as the whole run without faults"});
}

}  // namespace cofault::properties
