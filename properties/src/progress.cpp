// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/progress.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>

#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

// The coroutines whose end this one waits for: those of its last await.
std::vector<std::uint32_t> awaited_by(std::span<const event> trace, std::uint32_t frame) {
  std::vector<std::uint32_t> out;
  for (const event& e : trace) {
    if (e.frame != frame) continue;
    if (e.kind == event_kind::arrived) out.clear();
    if ((e.kind == event_kind::arrived || e.kind == event_kind::joined) && e.other != 0)
      out.push_back(e.other);
  }
  return out;
}

// Whether `frame` is among them, or is what library code among them waits for.
bool is_awaited(std::uint32_t frame, const std::vector<std::uint32_t>& awaited, const family& who) {
  for (std::uint32_t f = frame; f != 0; f = who.awaiter(f)) {
    if (std::find(awaited.begin(), awaited.end(), f) != awaited.end()) return true;
    if (f != frame && who.is_user(f)) return false;
  }
  return false;
}

// The pending coroutines of user code that wait for no other one of user code.
std::vector<const event*> innermost(const outcome& what, const family& who) {
  std::vector<const event*> pending;
  for (const event& e : what.trace())
    if (e.kind == event_kind::pending && who.is_user(e.frame)) pending.push_back(&e);
  const auto waits_for_another = [&](const event* p) {
    const auto awaited = awaited_by(what.trace(), p->frame);
    return std::any_of(pending.begin(), pending.end(), [&](const event* q) {
      return q != p && is_awaited(q->frame, awaited, who);
    });
  };
  std::vector<const event*> out;
  std::copy_if(pending.begin(), pending.end(), std::back_inserter(out),
               [&](const event* p) { return !waits_for_another(p); });
  // The trace lists the youngest first; the root's own chain is the oldest.
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

void progress::judge(const outcome& what, std::vector<violation>& out) const {
  if (what.end != ending::hung) return;
  if (what.has(event_kind::parked)) return;  // the livelock's business
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
