// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/frame.hpp"

#include <exception>
#include <memory>
#include <utility>

#include "awaited_frames.hpp"
#include "frame_origin.hpp"
#include "known_place.hpp"
#include "run_of.hpp"

namespace cofault::detail {

void note_stranger(const frame& f) {
  if (run_state::current() == nullptr && f.run != 0) note_foreign_thread(f);
}

namespace {

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

// It was started by the start of an operation that the program awaits: of a join whose own
// coroutines are not seen.
[[gnu::noinline]] void record_awaited(run_state& run, const frame& f) {
  await_step& by = run.awaited_by(f.id);
  if (by.frame != 0 && !f.for_operation) return;
  if (by.frame == 0) by = f.initiating_below;
  run.record_at(event_kind::joined, by.frame, by.site, 0, f.id);
}

[[gnu::noinline]] void begin(run_state& run, frame& f) {
  frame_list::remove(f);
  run.started.add(f);
  run.record(event_kind::started, &f);
  // A chain of Asio's, or of cofault's own runtime, is made by the call that starts it.
  if (run.explaining && f.where == runtime::generic && run.awaited_by(f.id).frame == 0) [[unlikely]]
    record_origin(run, f);
  // Asio's own coroutines are all seen.
  if (f.initiating_below.frame != 0 && f.where == runtime::generic) [[unlikely]]
    record_awaited(run, f);
}

[[gnu::noinline]] void record_spawned(run_state& run, const frame& f) {
  if (const std::uint64_t handler = completion_handler(f); handler != 0)
    run.record(event_kind::spawned, &f, handler, f.for_operation ? f.creator_id : 0);
}

[[gnu::noinline]] void go_on_and_ask(run_state& run, frame& f, std::uint64_t step) {
  run.record(event_kind::resumed, &f, step);
  if (f.site != 0 && !run.tearing_down) run.requested.resumed(f);
}

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
  run->note_created(f);
}

void frame_named(frame& f, const std::source_location& where) {
  run_state* run = run_of(f);
  if (run == nullptr) return;
  const sites::known_function& known = sites::known_at(where, run->functions);
  f.function = known.function;
  f.user = known.user;
  f.instance = run->next_instance(f.function);
  run->record_at(event_kind::created, f.id, f.creator_site,
                 (std::uint64_t{f.function} << 32) | f.instance, f.creator_id);
  if (f.executor != nullptr) record_spawned(*run, f);
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
  run->note_destroyed(f);
  if (run->running == &f) {  // it flowed off its end
    run->running = f.below;
    run->initiating = f.initiating_below;
  }
  if (before == frame_state::suspended && !is_owned_by_its_queue(f)) run->dropped.lost(f.address);
  if (f.failed) run->exceptions.keeper_ends(f.id);
  run->record(event_kind::destroyed, &f);
  // Never awaited, unless a fault got in the way: then it was made before that fault.
  if (before == frame_state::created && !f.replaced && !f.for_operation &&
      run->running != nullptr && run->running->id == f.creator_id &&
      std::uncaught_exceptions() == 0 && !run->tearing_down && f.id > run->last_fault_frame)
    run->record(event_kind::dropped, run->running, 0, f.id);
}

void frame_kept(const frame& f, const void* promise, std::size_t size) noexcept {
  if (run_state* run = run_of(f)) run->exceptions.kept(f.id, words_of(promise, size));
}

void frame_gone(const frame& f) noexcept {
  if (run_state* run = run_of(f)) run->exceptions.keeper_gone(f.id);
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

void hold_parked(std::shared_ptr<void> held) {
  if (run_state* run = run_state::current(); run != nullptr && run->world != nullptr)
    run->world->park(std::move(held));
}

}  // namespace cofault::detail
