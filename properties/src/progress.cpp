// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/progress.hpp"

#include <algorithm>

#include "cancelled_work.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

// The pending coroutines of user code that wait for no other one of user code.
std::vector<const event*> innermost(const outcome& what, const family& who) {
  std::vector<const event*> pending;
  for (const event& e : what.trace())
    if (e.kind == event_kind::pending && who.is_user(e.frame)) pending.push_back(&e);
  const auto waits_for_another = [&](const event* p) {
    const auto trace = what.trace();
    for (auto e = trace.rbegin(); e != trace.rend(); ++e)
      if (e->kind == event_kind::arrived && e->frame == p->frame)
        return std::any_of(pending.begin(), pending.end(),
                           [&](const event* q) { return q->frame == e->other; });
    return false;
  };
  std::erase_if(pending, waits_for_another);
  // The trace lists the youngest first; the root's own chain is the oldest.
  std::reverse(pending.begin(), pending.end());
  return pending;
}

}  // namespace

void progress::judge(const outcome& what, std::vector<violation>& out) const {
  if (what.end != ending::hung) return;
  if (what.has(event_kind::parked)) return;  // the livelock's business
  if (what.has(event_kind::cancelling) && !swallowed_cancellations(what).empty()) return;
  const family who(what.trace());
  const auto waiting = innermost(what, who);
  violation v;
  v.text = "nothing is runnable and no timer is left, but the root has not completed";
  for (std::size_t i = 0; i < waiting.size() && i < 3; ++i)
    v.text += "\n" + who.name(waiting[i]->frame) + " waits at " + sites::place(waiting[i]->site);
  if (!waiting.empty()) {
    v.site = waiting.front()->site;
    v.frame = waiting.front()->frame;
  }
  out.push_back(std::move(v));
}

}  // namespace cofault::properties
