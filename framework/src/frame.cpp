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
void record_awaited(run_state& run, const frame& f) {
  const event*& by = run.awaited_by(f.id);
  if (by != nullptr && !f.for_operation) return;
  if (by == nullptr) by = f.initiating_below;
  run.record_at(event_kind::joined, by->frame, by->site, 0, f.id);
}

// Who started it. A chain of Asio's, or of cofault's own runtime, is made by the call that starts
// it, and Asio's own coroutines are all seen.
[[gnu::noinline]] void record_starter(run_state& run, const frame& f) {
  if (run.explaining && run.awaited_by(f.id) == nullptr) record_origin(run, f);
  if (f.initiating_below != nullptr) record_awaited(run, f);
}

[[gnu::noinline]] void begin(run_state& run, frame& f) {
  frame_list::unlink(f);
  run.started.add(f);
  run.record(event_kind::started, &f);
  if (f.type->where == runtime::generic && (f.initiating_below != nullptr || run.explaining))
      [[unlikely]]
    record_starter(run, f);
}

[[gnu::noinline]] void record_spawned(run_state& run, const frame& f) {
  if (const std::uint64_t handler = completion_handler(f); handler != 0)
    run.record(event_kind::spawned, &f, handler, f.for_operation ? f.creator_id : 0);
}

[[gnu::noinline]] void go_on_and_ask(run_state& run, frame& f, std::uint64_t step) {
  run.record(event_kind::resumed, &f, step);
  if (f.site != 0 && !run.tearing_down) run.requested.resumed(f);
}

[[gnu::always_inline]] inline void create(run_state& run, frame& f,
                                          const sites::known_function& known) {
  f.run = run.number;
  f.id = ++run.next_frame;
  if (run.running != nullptr) {
    f.creator_id = run.running->id;
    f.creator_site = run.running->site;
  }
  run.unstarted.add(f);
  f.function = known.function;
  f.user = known.user;
  f.instance = run.next_instance(f.function);
  run.record_at(event_kind::created, f.id, f.creator_site,
                (std::uint64_t{f.function} << 32) | f.instance, f.creator_id);
}

[[gnu::noinline]] void create_with_all(frame& f, std::source_location function) {
  run_state& run = *run_state::current();
  if (run.running == nullptr && run.initiating != nullptr) {
    f.creator_id = run.initiating->frame;
    f.for_operation = true;
    run.awaited_by(run.next_frame + 1) = run.initiating;
  }
  const sites::known_function& known = sites::known_at(function, run.functions);
  run.make_room_for(known.function);
  create(run, f, known);
  run.note_created(f);
  if (f.executor != nullptr) record_spawned(run, f);
  if (run.explaining) record_origin(run, f);
}

void forget(run_state& run, frame& f, std::uint64_t step = 0) {
  f.state = frame_state::destroyed;
  frame_list::unlink(f);
  run.record(event_kind::destroyed, &f, step);
}

[[gnu::noinline]] void destroy_with_all(frame& f) {
  run_state& run = *run_state::current();
  const frame_state before = f.state;
  run.note_destroyed(f);
  if (run.running == &f) {  // by itself
    run.running = f.below;
    run.initiating = f.initiating_below;
  }
  if (before == frame_state::suspended && !is_owned_by_its_queue(f)) run.dropped.lost(f.address);
  if (f.failed) run.exceptions.keeper_ends(f.id);
  const auto step = std::uint64_t{run.requested.step()} << 1 | 1;
  forget(run, f, before == frame_state::suspended ? step : 0);
  // Never awaited, unless a fault got in the way: then it was made before that fault.
  if (before == frame_state::created && !f.replaced && !f.for_operation && run.running != nullptr &&
      run.running->id == f.creator_id && std::uncaught_exceptions() == 0 && !run.tearing_down &&
      f.id > run.last_fault_frame)
    run.record(event_kind::dropped, run.running, 0, f.id);
}

// Its memory is gone in a moment, on whatever thread.
[[gnu::noinline]] void destroy_outside(frame& f) {
  f.state = frame_state::destroyed;
  if (f.run == 0) return forget_outside(f);
  frame_list::remove(f);
  note_stranger(f);
}

}  // namespace

// What happens for each coroutine calls no other function: all else is left to those that do.
void frame_created(frame& f, std::source_location function) {
  run_state* const run = run_state::current();
  if (run == nullptr) return remember_outside(f);
  const sites::known_function* const known = sites::if_known(function, run->functions);
  if (known == nullptr || !run->has_room_for(known->function) || run->knows_addresses() ||
      f.executor != nullptr || run->explaining || run->initiating != nullptr)
    return create_with_all(f, function);
  create(*run, f, *known);
}

void frame_entered(frame& f) {
  run_state* const run = run_state::current();
  const bool first = f.state == frame_state::created;
  f.state = frame_state::running;
  if (!belongs_to(run, f)) return note_stranger(f);
  f.initiating_below = std::exchange(run->initiating, nullptr);
  f.below = std::exchange(run->running, &f);
  if (first) return begin(*run, f);
  const std::uint64_t moved = run->requested.clock_moves() != f.suspended_at ? 1 : 0;
  const std::uint64_t step = std::uint64_t{run->requested.step()} << 1 | moved;
  if (run->requested.any_armed()) [[unlikely]]
    return go_on_and_ask(*run, f, step);
  run->record(event_kind::resumed, &f, step);
}

void frame_left(frame& f) {
  run_state* const run = run_state::current();
  f.state = frame_state::suspended;
  if (!belongs_to(run, f)) return note_stranger(f);
  step_back(*run, f);
  record_suspended(*run, f);
}

void frame_failed(frame& f) {
  f.failed = true;
  f.state = frame_state::finished;
  if (run_state* run = run_of(f)) run->record(event_kind::failed, &f, 0, run->exceptions.handled());
}

void frame_ended(frame& f) {
  run_state* const run = run_state::current();
  f.state = frame_state::finished;
  if (!belongs_to(run, f)) return note_stranger(f);
  if (!f.failed) run->record(event_kind::returned, &f, f.type->gives_value ? 1 : 0);
  step_back(*run, f);
}

void frame_destroyed(frame& f) noexcept {
  run_state* const run = run_state::current();
  if (!belongs_to(run, f)) return destroy_outside(f);
  const bool ended = f.state == frame_state::finished && !f.failed;
  const bool dropped = f.state == frame_state::suspended && is_owned_by_its_queue(f);
  if (!(ended || dropped) || run->running == &f || run->knows_addresses())
    return destroy_with_all(f);
  forget(*run, f);
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
  initiating_ = std::exchange(run.initiating, of.awaiting);
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

initiating_suspension::initiating_suspension(frame& f) : frame_(&f) {
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

void initiating_suspension::fail() {
  end();
  frame_entered(*frame_);
}

void hold_parked(std::shared_ptr<void> held) {
  if (run_state* run = run_state::current(); run != nullptr && run->world != nullptr)
    run->world->park(std::move(held));
}

}  // namespace cofault::detail
