// SPDX-License-Identifier: BSL-1.0
#include "idle_selectors.hpp"

#include <algorithm>
#include <cstddef>

#include "candidates.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "idle_parts.hpp"
#include "mailbox.hpp"
#include "soundness.hpp"

namespace cofault::detail {
namespace {

using faults = std::vector<fault>;

// What the injector would do there.
faults failures_at(const injector& by, std::uint32_t number, const await_point& where) {
  faults out;
  by.propose(where, static_cast<std::uint8_t>(number), out);
  by.propose_delay(where, out);
  return out;
}
faults requests_at(const injector& by, std::uint32_t, const await_point& where) {
  faults out;
  by.propose_requests(where, out);
  return out;
}

// Where it could ask for something, and when. Behind a fault nobody asks: there any moment will do.
point_list moments_in(const trial& after, const family& who, const point_list& points) {
  if (after.what.empty()) return moments_of(after.done.trace(), who);
  point_list out = points;
  for (reached_point& p : out) p.moments = 0xFF;
  return out;
}

bool is_planned(const plan_list& planned, const point& where, const faults& any_of) {
  const auto is_there = [&](const deviation& d) {
    return d.where == where && std::find(any_of.begin(), any_of.end(), d.what) != any_of.end();
  };
  return std::any_of(planned.begin(), planned.end(),
                     [&](const plan& p) { return std::any_of(p.begin(), p.end(), is_there); });
}

std::string reached_nowhere(const options& how, std::size_t number) {
  std::string advice = slip_in(how, number);
  if (advice.empty() && !box().any_candidate)
    advice = "; if a fault leads there, name that one, too: options().inject(usual(), only(…))";
  if (advice.empty() && box().stopped_by != mailbox::nothing)
    advice = "; if a fault leads there, raise the bound that stopped the search before";
  return "matches no await point that was reached and can take the fault; reached were " +
         seen_places() + advice;
}

std::string reached_too_late(std::uint32_t site) {
  return "matches only what is reached behind a fault (" + sites::place(site) +
         "), and nothing was tried there: search::exhaustive(2) and more try a second fault or "
         "delay, but no cancellation, behind a first one that does no harm alone";
}

}  // namespace

selector_watch::selector_watch(const options& how) : how_(how) {
  for (std::uint32_t i = 0; i < how.injectors().size(); ++i)
    if (!how.injectors()[i]->where().empty() && !box().selectors[i].met) wanted_.push_back(i);
}

void selector_watch::look(const trial& after, const plan_list& planned) {
  if (wanted_.empty()) return;
  const family who(after.done.trace());
  point_list points = points_of(after.done.trace(), who);
  if (!after.what.empty())
    std::erase_if(points, [&](const reached_point& p) { return p.at < after.done.departed; });
  const auto look_at = [&](const reached_point& p, auto proposed) {
    const await_point where = description_of(p);
    note_numbers(where);
    std::erase_if(wanted_, [&](std::uint32_t i) {
      const faults any = proposed(*how_.injectors()[i], i, where);
      mailbox::selector& s = box().selectors[i];
      if (!any.empty() && s.site == 0) s.site = p.site;
      s.met = !any.empty() && (after.what.empty() || is_planned(planned, p.where, any));
      return s.met;
    });
  };
  for (const reached_point& p : points) look_at(p, failures_at);
  if (have_requests(how_.injectors()))
    for (const reached_point& p : moments_in(after, who, points)) look_at(p, requests_at);
}

std::vector<std::string> idle_selectors(const options& how) {
  const mailbox& b = box();
  std::vector<std::string> out;
  if (!b.prepared || b.points == 0 || !everything_was_seen()) return out;
  for (std::size_t i = 0; i < how.injectors().size(); ++i) {
    const std::string where = how.injectors()[i]->where();
    const mailbox::selector& s = b.selectors[i];
    if (where.empty() || s.met) continue;
    out.push_back("the selector " + where + " " +
                  (s.site == 0 ? reached_nowhere(how, i) : reached_too_late(s.site)));
  }
  return out;
}

bool idle_selectors_are_errors() {
  return box().found_count == 0 && box().stopped_by != mailbox::time_used_up;
}

}  // namespace cofault::detail
