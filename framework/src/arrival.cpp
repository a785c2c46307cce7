// SPDX-License-Identifier: BSL-1.0
// A coroutine reaches an await point.
#include <source_location>

#include "awaited_frames.hpp"
#include "cofault/clock.hpp"
#include "cofault/detail/frame.hpp"
#include "cofault/site.hpp"
#include "fault_execution.hpp"
#include "joined_operation.hpp"
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

// There must be room to say who awaits the child.
void record_arrived(run_state& run, frame& f, std::uint64_t flags, const frame* child) {
  f.awaiting = run.next_event();
  if (child != nullptr) run.awaits[child->id] = f.awaiting;
  run.record(event_kind::arrived, &f, flags, child == nullptr ? 0 : child->id);
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
                                        std::uint64_t key, frame* child) {
  record_arrived(run, f, flags, child);
  if (run.tearing_down || !run.faults_allowed || !concerns(run, f, key)) return action::proceed;
  return execute_planned(run, f, key, child);
}

// Who awaits whom is clear: all that has not started is one coroutine, which the object begins
// with.
bool awaits_just(const run_state& run, const void* object, const awaited_type& type,
                 const frame& child) {
  return child.next == nullptr && begins_with(object, type, child) && run.awaits.size() > child.id;
}

// At an operation in a join of the program, that library code awaits for it: a point of the program
// like its own, with the visits of the coroutine that joins.
[[gnu::noinline]] action arrive_joined(run_state& run, frame& f, const awaited_type& type,
                                       frame& operation, frame& by) {
  f.site = sites::side_of(by.site, operation.operation);
  f.instance = by.instance;
  f.visit = run.visits.of(by, f.site).count(virtual_clock::now());
  ++run.arrivals;
  record_arrived(run, f, flags_of(f, type, &operation) | await_joined, &operation);
  if (run.tearing_down || !run.strikes_awaits || !run.faults_allowed) return action::proceed;
  return execute_planned(run, f, sites::site(f.site).key, &operation);
}

// Any arrival.
[[gnu::noinline]] action arrive_anyhow(frame& f, const void* object, const awaited_type& type,
                                       std::source_location where) {
  run_state& run = *run_state::current();
  const sites::known_place place = sites::known_at(where, run.places);
  f.site = place.site;
  visit_counter& visits = run.visits.of(f, f.site);
  f.visit = visits.count(virtual_clock::now());
  const std::uint32_t standing = visits.standing;
  ++run.arrivals;

  frame* const child = adopt_awaited(run, f, object, type);
  if (child != nullptr) run.awaited_by(child->id) = nullptr;  // there is room
  if (child != nullptr && !f.user && type.is_instrumented && !run.stopping)
    if (frame* const by = joiner(run, f, *child)) return arrive_joined(run, f, type, *child, *by);
  if (const char* const name = child != nullptr ? child->operation : type.name;
      f.user && place.info->initiation != name)
    sites::note_operation(f.site, name);
  record_arrived(run, f, flags_of(f, type, child), child);
  if (child != nullptr && child->state == frame_state::created && child->next != nullptr)
    record_joined(run, f, object, type, *child);

  if (run.tearing_down) return action::proceed;
  if (standing > run.most_visits) return park(run, f, standing);
  if (run.stopping) return action::park;
  if (!run.strikes_awaits || !run.faults_allowed || !f.user) return action::proceed;
  return execute_planned(run, f, place.key, child);
}

// The arrival is one of those at which nothing else is to be found out.
[[gnu::always_inline]] inline action pass(run_state& run, frame& f, const awaited_type& type,
                                          const sites::known_place& place, visit_counter& visits,
                                          frame* child) {
  f.site = place.site;
  f.visit = visits.count(virtual_clock::now());
  ++run.arrivals;
  const std::uint64_t flags = flags_of(f, type, child);
  if (run.strikes_awaits && f.user) return arrive_planned(run, f, flags, place.key, child);
  record_arrived(run, f, flags, child);
  return action::proceed;
}

// The place has been reached before, and the operation there is still the same.
bool is_as_known(const run_state& run, const frame& f, const sites::known_place& place,
                 const char* operation) {
  return !run.stopping && (!f.user || place.info->initiation == operation);
}

// Neither coroutine is of the program, and one just awaits the other.
bool may_be_joined(const frame& f, const awaited_type& type, const frame& child) {
  return !f.user && !child.user && type.is_instrumented && child.operation != nullptr;
}

// Mostly at a second place of the coroutine: its visits have to be searched for. Nothing else is to
// be found out.
[[gnu::noinline]] action arrive_and_search(frame& f, const void* object, const awaited_type& type,
                                           std::source_location where) {
  run_state& run = *run_state::current();
  const sites::known_place& place = *sites::if_known(where, run.places);
  visit_counter& visits = run.visits.of(f, place.site);
  if (visits.stands(run.most_visits, virtual_clock::now()))
    return arrive_anyhow(f, object, type, where);
  return pass(run, f, type, place, visits, run.unstarted.first());
}

// Somewhere there is a coroutine that has not started: mostly it is awaited here.
[[gnu::noinline]] action arrive_awaiting(frame& f, const void* object, const awaited_type& type,
                                         std::source_location where) {
  run_state& run = *run_state::current();
  const sites::known_place* const place = sites::if_known(where, run.places);
  frame& child = *run.unstarted.first();
  if (place == nullptr || !awaits_just(run, object, type, child) || may_be_joined(f, type, child) ||
      !is_as_known(run, f, *place, child.operation))
    return arrive_anyhow(f, object, type, where);
  visit_counter* const visits = run.visits.if_first(f, place->site);
  if (visits == nullptr || visits->stands(run.most_visits, virtual_clock::now()))
    return arrive_and_search(f, object, type, where);
  return pass(run, f, type, *place, *visits, &child);
}

}  // namespace

// Most arrivals have been here before and there is nothing to decide: those go no further than
// this function, or arrive_awaiting(), which call no other.
action arrive(frame& f, const void* object, const awaited_type& type, std::source_location where) {
  run_state* const run = run_state::current();
  if (!belongs_to(run, f)) return arrive_outside(f);
  if (run->unstarted.first() != nullptr) return arrive_awaiting(f, object, type, where);
  const sites::known_place* const place = sites::if_known(where, run->places);
  if (place == nullptr || type.is_instrumented || !is_as_known(*run, f, *place, type.name))
    return arrive_anyhow(f, object, type, where);
  visit_counter* const visits = run->visits.if_first(f, place->site);
  if (visits == nullptr || visits->stands(run->most_visits, virtual_clock::now()))
    return arrive_and_search(f, object, type, where);
  return pass(*run, f, type, *place, *visits, nullptr);
}

}  // namespace cofault::detail
