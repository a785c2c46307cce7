// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/frame.hpp"

#include <exception>
#include <memory>
#include <utility>

#include "awaited_frames.hpp"
#include "cofault/clock.hpp"
#include "cofault/site.hpp"
#include "fault_execution.hpp"
#include "frame_origin.hpp"
#include "known_place.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

bool belongs_to(const run_state* run, const frame& f) {
  return run != nullptr && f.run == run->number;
}

// The frame is not of the run under way on this thread.
[[gnu::noinline, gnu::cold]] void note_stranger(const frame& f) {
  if (run_state::current() == nullptr && f.run != 0) note_foreign_thread(f);
}

// The run the frame belongs to, if that is the one under way on this thread.
run_state* run_of(const frame& f) {
  run_state* const run = run_state::current();
  if (belongs_to(run, f)) return run;
  note_stranger(f);
  return nullptr;
}

std::uint64_t visit_key(std::uint32_t id, std::uint32_t site) {
  return (std::uint64_t{id} << 32) | site;
}

// Whoever was running before it runs again.
void step_back(run_state& run, frame& f) {
  if (run.running == &f) run.running = f.below;
  f.below = nullptr;
  run.initiating = f.initiating_below;
}

void record_suspended(run_state& run, frame& f) {
  f.suspended_at = run.requested.clock_moves();
  run.record(event_kind::suspended, &f, run.requested.step());
}

[[gnu::noinline]] void begin(run_state& run, frame& f) {
  frame_list::remove(f);
  run.started.add(f);
  run.record(event_kind::started, &f);
}

[[gnu::noinline]] void go_on_and_ask(run_state& run, frame& f, std::uint64_t step) {
  run.record(event_kind::resumed, &f, step);
  if (f.site != 0 && !run.tearing_down) run.requested.resumed(f);
}

// Instances are counted in the same table, under an id that no coroutine has.
constexpr std::uint32_t instance_counter = 0;

}  // namespace

void frame_created(frame& f) {
  run_state* run = run_state::current();
  if (run == nullptr) return remember_outside(f);
  f.run = run->number;
  f.id = ++run->next_frame;
  if (run->running != nullptr) {
    f.creator_id = run->running->id;
    f.creator_site = run->running->site;
  } else {
    f.creator_id = run->initiating.frame;
    f.for_operation = f.creator_id != 0;
    if (f.for_operation) run->awaited_by(f.id) = run->initiating;
  }
  run->unstarted.add(f);
  run->note_at(f.address, &f);
}

void frame_named(frame& f, const std::source_location& where) {
  run_state* run = run_of(f);
  if (run == nullptr) return;
  f.function = sites::known_function(where);
  f.user = sites::function(f.function).user;
  f.instance = run->visits.count(visit_key(instance_counter, f.function), 0).total;
  run->record_at(event_kind::created, f.id, f.creator_site,
                 (std::uint64_t{f.function} << 32) | f.instance, f.creator_id);
  if (const std::uint64_t handler = completion_handler(f); handler != 0)
    run->record(event_kind::spawned, &f, handler, f.for_operation ? f.creator_id : 0);
  if (run->explaining) record_origin(*run, f);
}

void frame_entered(frame& f) {
  run_state* const run = run_state::current();
  const bool first = f.state == frame_state::created;
  f.state = frame_state::running;
  if (!belongs_to(run, f)) return note_stranger(f);
  f.initiating_below = std::exchange(run->initiating, {});
  f.below = std::exchange(run->running, &f);
  if (first) return begin(*run, f);
  const std::uint64_t moved = run->requested.clock_moves() != f.suspended_at ? 1 : 0;
  const std::uint64_t step = std::uint64_t{run->requested.step()} << 1 | moved;
  if (run->requested.any_armed()) [[unlikely]]
    return go_on_and_ask(*run, f, step);
  run->record(event_kind::resumed, &f, step);
}

void frame_left(frame& f) {
  run_state* run = run_of(f);
  const bool done = f.state == frame_state::finished;
  if (!done) f.state = frame_state::suspended;
  if (run == nullptr) return;
  step_back(*run, f);
  if (!done) record_suspended(*run, f);
}

void frame_returned(frame& f) {
  f.state = frame_state::finished;
  if (run_state* run = run_of(f)) run->record(event_kind::returned, &f, f.gives_value ? 1 : 0);
}

void frame_failed(frame& f) {
  f.failed = true;
  f.state = frame_state::finished;
  if (run_state* run = run_of(f)) run->record(event_kind::failed, &f, 0, run->exceptions.handled());
}

void frame_destroyed(frame& f) noexcept {
  const frame_state before = f.state;
  f.state = frame_state::destroyed;
  if (f.run == 0) return forget_outside(f);
  run_state* run = run_of(f);
  frame_list::remove(f);  // also on a foreign thread: its memory is gone in a moment
  if (run == nullptr) return;
  run->note_at(f.address, nullptr);
  if (run->running == &f) {  // it flowed off its end
    run->running = f.below;
    run->initiating = f.initiating_below;
  }
  run->record(event_kind::destroyed, &f);
  // Never awaited, unless a fault got in the way: then it was made before that fault.
  if (before == frame_state::created && !f.replaced && !f.for_operation &&
      run->running != nullptr && run->running->id == f.creator_id &&
      std::uncaught_exceptions() == 0 && !run->tearing_down && f.id > run->last_fault_frame)
    run->record(event_kind::dropped, run->running, 0, f.id);
}

inline void initiation::begin(run_state& run, const frame& of) {
  run_ = run.number;
  running_ = std::exchange(run.running, nullptr);
  std::construct_at(&initiating_, std::exchange(run.initiating, {of.id, of.site, of.visit}));
}

initiation::initiation(const frame& of) {
  if (run_state* const run = run_of(of)) begin(*run, of);
}

initiation::~initiation() { end(); }

void initiation::end() {
  run_state* const run = run_state::current();
  if (run == nullptr || run->number != std::exchange(run_, 0)) return;
  run->initiating = initiating_;
  run->running = running_;
}

suspension::suspension(frame& f) : frame_(&f) {
  run_state* const run = run_state::current();
  f.state = frame_state::suspended;
  if (!belongs_to(run, f)) {
    note_stranger(f);
    return;
  }
  step_back(*run, f);
  begin(*run, f);
  record_suspended(*run, f);
}

void suspension::fail() {
  end();
  frame_entered(*frame_);
}

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

action arrive_outside(const frame& f) {
  note_stranger(f);
  return action::proceed;
}

// Any arrival.
[[gnu::noinline]] action arrive_anyhow(run_state& run, frame& f, const void* object,
                                       const awaited_type& type, std::source_location where) {
  const sites::known_place place = sites::known_at(where);
  f.site = place.site;
  const visit_table::counter& visits =
      run.visits.count(visit_key(f.id, f.site), virtual_clock::now());
  const std::uint32_t standing = visits.standing;
  f.visit = visits.total;
  ++run.arrivals;

  frame* const child = adopt_awaited(run, f, object, type);
  if (child != nullptr) run.awaited_by(child->id) = {f.id, f.site, f.visit};
  if (const char* const name = child != nullptr ? child->operation : type.name;
      f.user && place.info->initiation != name)
    sites::note_operation(f.site, name);
  run.record(event_kind::arrived, &f, flags_of(f, type, child), child == nullptr ? 0 : child->id);
  if (child != nullptr) record_joined(run, f, object, type, *child);

  if (run.tearing_down) return action::proceed;
  if (standing > run.most_visits) return park(run, f, standing);
  if (run.stopping) return action::park;
  if (!run.strikes_awaits || !run.faults_allowed || !f.user) return action::proceed;
  return execute_planned(run, f, place.info->key, child);
}

// An arrival that the plan may be about, and at which there is nothing else to find out.
[[gnu::noinline]] action arrive_planned(run_state& run, frame& f, std::uint64_t flags,
                                        std::uint64_t key) {
  run.record(event_kind::arrived, &f, flags);
  if (run.tearing_down || !run.faults_allowed) return action::proceed;
  return execute_planned(run, f, key, nullptr);
}

}  // namespace

// Most arrivals have been here before and there is nothing to decide: those go no further than
// this function, which calls no other.
action arrive(frame& f, const void* object, const awaited_type& type, std::source_location where) {
  run_state* const run = run_state::current();
  if (!belongs_to(run, f)) return arrive_outside(f);
  const sites::known_place* const place = sites::if_known(where);
  if (place == nullptr || run->unstarted.first() != nullptr || type.is_instrumented ||
      run->stopping || (f.user && place->info->initiation != type.name))
    return arrive_anyhow(*run, f, object, type, where);
  visit_table::counter* const visits = run->visits.if_near(visit_key(f.id, place->site));
  if (visits == nullptr || visits->stands(run->most_visits, virtual_clock::now()))
    return arrive_anyhow(*run, f, object, type, where);
  f.site = place->site;
  f.visit = visits->count(virtual_clock::now());
  ++run->arrivals;
  const std::uint64_t flags = flags_of(f, type, nullptr);
  if (run->strikes_awaits && f.user) return arrive_planned(*run, f, flags, place->info->key);
  run->record(event_kind::arrived, &f, flags);
  return action::proceed;
}

void hold_parked(std::shared_ptr<void> held) {
  if (run_state* run = run_state::current(); run != nullptr && run->world != nullptr)
    run->world->park(std::move(held));
}

}  // namespace cofault::detail
