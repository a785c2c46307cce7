// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/frame.hpp"

#include <exception>
#include <utility>

#include "awaited_frames.hpp"
#include "cofault/clock.hpp"
#include "cofault/site.hpp"
#include "fault_execution.hpp"
#include "frame_origin.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

// The run the frame belongs to, if that is the one under way on this thread.
run_state* run_of(const frame& f) {
  run_state* run = run_state::current();
  if (run != nullptr && f.run == run->number) return run;
  if (run == nullptr && f.run != 0) note_foreign_thread(f);
  return nullptr;
}

std::uint64_t visit_key(std::uint32_t id, std::uint32_t site) {
  return (std::uint64_t{id} << 32) | site;
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
  f.function = sites::function_at(where);
  run_state* run = run_of(f);
  if (run == nullptr) return;
  f.instance = run->visits.count(visit_key(instance_counter, f.function), 0).total;
  run->record_at(event_kind::created, f.id, f.creator_site,
                 (std::uint64_t{f.function} << 32) | f.instance, f.creator_id);
  if (const std::uint64_t handler = completion_handler(f); handler != 0)
    run->record(event_kind::spawned, &f, handler, f.for_operation ? f.creator_id : 0);
  if (run->explaining) record_origin(*run, f);
}

void frame_entered(frame& f) {
  run_state* run = run_of(f);
  const bool first = f.state == frame_state::created;
  f.state = frame_state::running;
  if (run == nullptr) return;
  if (first) {
    frame_list::remove(f);
    run->started.add(f);
  }
  f.initiating_below = std::exchange(run->initiating, {});
  f.below = run->running;
  run->running = &f;
  if (first) return run->record(event_kind::started, &f);
  const std::uint64_t moved = run->requested.clock_moves() != f.suspended_at ? 1 : 0;
  run->record(event_kind::resumed, &f, std::uint64_t{run->requested.step()} << 1 | moved);
  if (f.site != 0 && !run->tearing_down) run->requested.resumed(f);
}

void frame_left(frame& f) {
  run_state* run = run_of(f);
  const bool done = f.state == frame_state::finished;
  if (!done) f.state = frame_state::suspended;
  if (run == nullptr) return;
  if (run->running == &f) run->running = f.below;
  f.below = nullptr;
  run->initiating = f.initiating_below;
  if (done) return;
  f.suspended_at = run->requested.clock_moves();
  run->record(event_kind::suspended, &f, run->requested.step());
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

initiation::initiation(const frame& of) {
  run_state* run = run_of(of);
  if (run == nullptr) return;
  run_ = run->number;
  initiating_ = std::exchange(run->initiating, {of.id, of.site, of.visit});
  running_ = std::exchange(run->running, nullptr);
}

initiation::~initiation() {
  run_state* run = run_state::current();
  if (run == nullptr || run->number != run_) return;
  run->initiating = initiating_;
  run->running = running_;
}

action arrive(frame& f, const awaited& a, const std::source_location& where) {
  run_state* run = run_of(f);
  if (run == nullptr) return action::proceed;
  f.site = sites::site_at(where);
  const visit_table::counter& visits =
      run->visits.count(visit_key(f.id, f.site), virtual_clock::now());
  const std::uint32_t standing = visits.standing;
  f.visit = visits.total;
  ++run->arrivals;

  const bool user = sites::function(f.function).user;
  frame* child = adopt_awaited(*run, f, a);
  if (child != nullptr) run->awaited_by(child->id) = {f.id, f.site, f.visit};
  if (user) sites::note_operation(f.site, child != nullptr ? child->operation : a.type);
  const bool takes_code = a.carries_code || (child != nullptr && child->code != nullptr);
  std::uint64_t flags =
      (std::uint64_t{f.visit} << 32) | (std::uint64_t(a.where) << await_runtime_shift);
  if (a.can_throw) flags |= await_can_throw;
  if (takes_code && a.can_complete) flags |= await_takes_code;
  if (user) flags |= await_user;
  if (a.gives_exceptions) flags |= await_gives_exceptions;
  run->record(event_kind::arrived, &f, flags, child == nullptr ? 0 : child->id);
  if (child != nullptr) record_joined(*run, f, a, *child);

  if (run->tearing_down) return action::proceed;
  if (standing > run->how.max_visits()) {
    run->record(event_kind::parked, &f, standing);
    return action::park;
  }
  if (run->stopping) return action::park;
  if (user && run->faults_allowed) return execute_planned(*run, f, child);
  return action::proceed;
}

void hold_parked(std::shared_ptr<void> held) {
  if (run_state* run = run_state::current(); run != nullptr && run->world != nullptr)
    run->world->park(std::move(held));
}

}  // namespace cofault::detail
