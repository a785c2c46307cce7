// SPDX-License-Identifier: BSL-1.0
// A coroutine reaches an await point.
#include <source_location>

#include "awaited_frames.hpp"
#include "cofault/clock.hpp"
#include "cofault/detail/frame.hpp"
#include "cofault/site.hpp"
#include "fault_execution.hpp"
#include "known_place.hpp"
#include "run_of.hpp"

namespace cofault::detail {
namespace {

// What is known of the await in the trace.
std::uint64_t flags_of(const frame& f, const awaited_type& type, const frame* child) {
  std::uint64_t flags = type.flags | std::uint64_t{f.visit} << 32;
  if (child != nullptr && child->code != nullptr && type.can_complete) flags |= await_takes_code;
  if (f.user) flags |= await_user;
  return flags;
}

[[gnu::noinline]] action park(run_state& run, frame& f, std::uint32_t standing) {
  run.record(event_kind::parked, &f, standing);
  return action::park;
}

[[gnu::noinline]] action arrive_outside(const frame& f) {
  note_stranger(f);
  return action::proceed;
}

// The plan has something for the await, or for what it has struck before.
bool concerns(const run_state& run, const frame& f, std::uint64_t key) {
  const point here{key, f.instance, f.visit};
  for (const deviation& d : run.what)
    if (run.faulted ? d.where.site == key : d.where == here) return true;
  return false;
}

// An arrival that the plan may be about, and at which there is nothing else to find out.
[[gnu::noinline]] action arrive_planned(run_state& run, frame& f, std::uint64_t flags,
                                        std::uint64_t key) {
  run.record(event_kind::arrived, &f, flags);
  if (run.tearing_down || !run.faults_allowed || !concerns(run, f, key)) return action::proceed;
  return execute_planned(run, f, key, nullptr);
}

// Any arrival at a place that is known.
[[gnu::noinline]] action arrive_anyhow(run_state& run, frame& f, const void* object,
                                       const awaited_type& type, const sites::known_place& place) {
  f.site = place.site;
  visit_counter& visits = run.visits.of(f, f.site);
  f.visit = visits.count(virtual_clock::now());
  const std::uint32_t standing = visits.standing;
  ++run.arrivals;

  frame* const child = adopt_awaited(run, f, object, type);
  if (child != nullptr) run.awaited_by(child->id) = {f.id, f.site, f.visit};
  if (const char* const name = child != nullptr ? child->operation : type.name;
      f.user && place.info->initiation != name)
    sites::note_operation(f.site, name);
  run.record(event_kind::arrived, &f, flags_of(f, type, child), child == nullptr ? 0 : child->id);
  if (child != nullptr && child->next != nullptr) record_joined(run, f, object, type, *child);

  if (run.tearing_down) return action::proceed;
  if (standing > run.most_visits) return park(run, f, standing);
  if (run.stopping) return action::park;
  if (!run.strikes_awaits || !run.faults_allowed || !f.user) return action::proceed;
  return execute_planned(run, f, place.key, child);
}

// Mostly its first arrival at a second place: its visits have to be searched for. Nothing
// else is to be found out.
[[gnu::noinline]] action arrive_and_search(run_state& run, frame& f, const awaited_type& type,
                                           const sites::known_place& place) {
  visit_counter& visits = run.visits.of(f, place.site);
  f.site = place.site;
  f.visit = visits.count(virtual_clock::now());
  ++run.arrivals;
  const bool parks = visits.standing > run.most_visits && !run.tearing_down;
  const std::uint64_t flags = flags_of(f, type, nullptr);
  if (run.strikes_awaits && f.user && !parks) return arrive_planned(run, f, flags, place.key);
  run.record(event_kind::arrived, &f, flags);
  return parks ? park(run, f, visits.standing) : action::proceed;
}

[[gnu::noinline]] action arrive_at_new_place(run_state& run, frame& f, const void* object,
                                             const awaited_type& type, std::source_location where) {
  return arrive_anyhow(run, f, object, type, sites::known_at(where, run.places));
}

}  // namespace

// Most arrivals have been here before and there is nothing to decide: those go no further than
// this function, which calls no other.
action arrive(frame& f, const void* object, const awaited_type& type, std::source_location where) {
  run_state* const run = run_state::current();
  if (!belongs_to(run, f)) return arrive_outside(f);
  const sites::known_place* const place = sites::if_known(where, run->places);
  if (place == nullptr) return arrive_at_new_place(*run, f, object, type, where);
  if (run->unstarted.first() != nullptr || type.is_instrumented || run->stopping ||
      (f.user && place->info->initiation != type.name))
    return arrive_anyhow(*run, f, object, type, *place);
  visit_counter* const visits = run->visits.if_near(f, place->site);
  if (visits == nullptr) return arrive_and_search(*run, f, type, *place);
  if (visits->stands(run->most_visits, virtual_clock::now()))
    return arrive_anyhow(*run, f, object, type, *place);
  f.site = place->site;
  f.visit = visits->count(virtual_clock::now());
  ++run->arrivals;
  const std::uint64_t flags = flags_of(f, type, nullptr);
  if (run->strikes_awaits && f.user) return arrive_planned(*run, f, flags, place->key);
  run->record(event_kind::arrived, &f, flags);
  return action::proceed;
}

}  // namespace cofault::detail
