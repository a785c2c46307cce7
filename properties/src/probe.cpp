// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/probe.hpp"

#include <algorithm>
#include <map>

#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

// What the coroutines did about the fault.
struct aftermath {
  explicit aftermath(const outcome& what);

  std::uint32_t struck = 0;          // by the fault; a cancellation strikes where it is thrown
  std::vector<std::uint32_t> place;  // by coroutine: its await when the fault struck; 0: none
  std::vector<bool> left;            // by coroutine: an exception left it after that
};

aftermath::aftermath(const outcome& what) {
  bool cancelled = false;
  const event* const strike = last_strike(what.trace());
  for (const event& e : what.trace()) {
    if (place.size() <= e.frame) place.resize(e.frame + 1), left.resize(e.frame + 1);
    if (&e == strike) {
      cancelled = (e.value & faulted_request) != 0;
      if (!cancelled) struck = e.frame;
    }
    const bool thrown = e.kind == event_kind::thrown || e.kind == event_kind::raised;
    if (cancelled && struck == 0 && thrown) struck = e.frame;
    if (e.kind == event_kind::arrived && struck == 0) place[e.frame] = e.site;
    if (e.kind == event_kind::failed && struck != 0) left[e.frame] = true;
    if (e.kind == event_kind::probe_started) return;
  }
}

// The probe's own coroutines of user code of which there is such an event, the first one first.
std::vector<const event*> of_probe(const outcome& what, const family& who, event_kind kind) {
  std::vector<const event*> out;
  std::uint32_t before = 0;  // the probe's coroutines have higher numbers
  bool probing = false;
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::probe_started) probing = true;
    if (!probing) before = std::max(before, e.frame);
    if (e.kind == kind && probing && e.frame > before && who.is_user(e.frame)) out.push_back(&e);
  }
  return out;
}

// Those that wait for ever, or that the exception left with which the probe fails: the innermost
// first.
std::vector<const event*> cut_short(const outcome& what, const family& who) {
  return of_probe(what, who,
                  what.has(event_kind::probe_hung) ? event_kind::pending : event_kind::failed);
}

// The await that the coroutine had reached last by then; 0: none.
std::uint32_t place_at(const outcome& what, const event& when) {
  std::uint32_t site = 0;
  for (const event& e : what.trace()) {
    if (&e == &when) break;
    if (e.kind == event_kind::arrived && e.frame == when.frame) site = e.site;
  }
  return site;
}

// It is an exception that the fault threw.
bool is_injected(const outcome& what, std::uint32_t exception) {
  const auto trace = what.trace();
  return std::any_of(trace.begin(), trace.end(), [&](const event& e) {
    return e.kind == event_kind::typed && e.other == exception &&
           (e.site & exception_injected) != 0;
  });
}

// Where a coroutine was cut short. Of those that the exception left: the innermost in whose
// function the probe now waits, or fails, since it took what the probe does not get; else the
// outermost, which is what the service has lost. If none was left, that is the one the fault
// struck. Where the probe fails with what the fault threw, somebody has kept that: who threw it
// again.
std::uint32_t culprit(const outcome& what, const family& who) {
  const aftermath a(what);
  const auto stuck = cut_short(what, who);
  const bool hangs = what.has(event_kind::probe_hung);
  if (a.struck == 0) return stuck.empty() || !hangs ? 0 : stuck.front()->site;
  const auto probe_stops_in = [&](std::uint32_t function) {
    return std::any_of(stuck.begin(), stuck.end(),
                       [&](const event* e) { return who.function(e->frame) == function; });
  };
  std::uint32_t site = 0;
  for (std::uint32_t f = a.struck; f != 0 && f < a.place.size(); f = who.awaiter(f)) {
    if (!who.is_user(f)) continue;
    if (f != a.struck && !a.left[f]) break;
    site = a.place[f];
    if (probe_stops_in(who.function(f))) return site;
  }
  if (!hangs && !stuck.empty() && is_injected(what, stuck.front()->other))
    if (const std::uint32_t again = place_at(what, *stuck.front()); again != 0) return again;
  return site;
}

// The coroutines of user code that were suspended when the probe started, each with its await; the
// oldest, and so the outermost, first.
std::map<std::uint32_t, std::uint32_t> still_suspended(const outcome& what, const family& who) {
  std::map<std::uint32_t, std::uint32_t> out;
  std::vector<std::uint32_t> place;
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::probe_started) break;
    if (place.size() <= e.frame) place.resize(e.frame + 1);
    if (e.kind == event_kind::arrived) place[e.frame] = e.site;
    if (e.kind == event_kind::suspended && who.is_user(e.frame) && place[e.frame] != 0)
      out[e.frame] = place[e.frame];
    else if (e.kind == event_kind::resumed || e.kind == event_kind::destroyed)
      out.erase(e.frame);
  }
  return out;
}

std::string list_of(const std::map<std::uint32_t, std::uint32_t>& suspended, const family& who) {
  constexpr std::size_t most = 3;
  std::string out;
  std::size_t named = 0;
  for (const auto& [frame, site] : suspended) {
    if (++named > most) return out + ", …";
    out += (out.empty() ? "; still suspended when it started: " : ", ") + who.name(frame) + " at " +
           sites::place(site);
  }
  return out;
}

std::string deafness(const outcome& what, const family& who) {
  const auto stuck = cut_short(what, who);
  if (stuck.empty()) return "never completes";
  const event& e = *stuck.front();
  return "never completes: " + who.name(e.frame) + " waits for ever at " + sites::place(e.site);
}

std::string failure(const outcome& what, const family& who) {
  const auto stuck = cut_short(what, who);
  if (stuck.empty()) return "fails with an exception";
  const event& e = *stuck.front();
  const std::uint32_t site = place_at(what, e);
  return std::string("fails with ") +
         (is_injected(what, e.other) ? "what the fault threw" : "an exception") + ", which left " +
         who.name(e.frame) + (site == 0 ? "" : " at " + sites::place(site));
}

// Somebody spun, and was stopped for good before the probe began, which so had nobody to answer it.
bool spun_before(const outcome& what) {
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::probe_started) return false;
    if (e.kind == event_kind::parked) return true;
  }
  return false;
}

}  // namespace

void probe::judge(const outcome& what, std::vector<violation>& out) const {
  if (spun_before(what)) return;  // the livelock's business
  const family who(what.trace());
  std::string text = "the probe, run afterwards in the same world and without faults, ";
  for (const event& e : what.trace()) {
    std::uint32_t site = 0;
    if (e.kind == event_kind::probe_hung) {
      text += deafness(what, who);
    } else if (e.kind == event_kind::probe_threw) {
      text += failure(what, who);
    } else if (e.kind == event_kind::probe_differs) {
      const auto suspended = still_suspended(what, who);
      text +=
          "gives another answer than it does where nothing went wrong" + list_of(suspended, who);
      // Who lives on when the root was cancelled was forgotten.
      if (what.has(event_kind::cancelling) && !suspended.empty()) site = suspended.begin()->second;
    } else {
      continue;
    }
    return out.push_back({site != 0 ? site : culprit(what, who), 0, std::move(text)});
  }
}

}  // namespace cofault::properties
