// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cofault/clock.hpp"
#include "cofault/detail/frame.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/driver.hpp"
#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"
#include "dropped_work.hpp"
#include "exception_recorder.hpp"
#include "keyed_table.hpp"
#include "known_place.hpp"
#include "request.hpp"
#include "schedule.hpp"
#include "visit_table.hpp"

namespace cofault::detail {

// Where a run records. The buffers are reused from run to run and shared with forked children.
struct trace_buffer {
  static constexpr std::uint32_t capacity = 1 << 20;
  static constexpr std::uint32_t reserve = 1 << 16;  // for how a run ends: it is stopped before
  static constexpr std::uint32_t text_capacity = 1 << 20;
  event events[capacity + 1];  // the last is never used
  event* next;  // in events; who looks at them from another process has them at the same address
  kind_set kinds;
  bool truncated;
  char texts[text_capacity];  // zero-terminated, one after the other
  std::uint32_t text_bytes;
  std::uint32_t text_count;
  std::uint64_t stamp;  // another one for each run, also of another process

  std::uint32_t count() const { return static_cast<std::uint32_t>(next - events); }
};
// Of the latest run.
trace_buffer& trace();
// Empties it.
void forget_latest_trace();
// Of the latest run without faults.
const trace_buffer& plain_trace();

// How long the last run without faults took on this thread, in virtual time.
virtual_time& plain_duration();

// As long as it lives, a run on this thread with a plan that is not empty stops by SIGTRAP at the
// events with these numbers, in ascending order.
class stops_for_debugger {
 public:
  explicit stops_for_debugger(std::vector<std::uint32_t> events);
  ~stops_for_debugger();
  stops_for_debugger(const stops_for_debugger&) = delete;
  stops_for_debugger& operator=(const stops_for_debugger&) = delete;
};

// A doubly linked list of the frames embedded in promises.
class frame_list {
 public:
  void add(frame& f) {
    f.next = head_.next;
    f.previous = &head_;
    if (f.next != nullptr) f.next->previous = &f;
    head_.next = &f;
  }
  static void remove(frame& f) {
    if (f.previous == nullptr) return;
    unlink(f);
    f.next = f.previous = nullptr;
  }
  // One that is in a list, and is added to another one or gone in a moment.
  static void unlink(frame& f) {
    f.previous->next = f.next;
    if (f.next != nullptr) f.next->previous = f.previous;
  }
  frame* first() const { return head_.next; }
  // Null: there is none.
  frame* find(std::uint32_t id) const;

 private:
  frame head_;
};

inline std::uint32_t visit_of(const event& arrived) {
  return static_cast<std::uint32_t>(arrived.value >> 32);
}

// How many coroutines of a function there were in the run.
struct counted_function {
  std::uint64_t run = 0;
  std::uint32_t instances = 0;
};

// What the runs of a thread use one after the other.
struct run_memory {
  visit_table visits;
  keyed_table<frame*> by_address;
  reused_vector<const event*> awaits;
  reused_vector<counted_function> instances;
  exception_recorder::memory exceptions;
  sites::known_places places;
  sites::known_functions functions;

  static run_memory& here();
};

// All that belongs to the run under way on this thread.
class run_state {
 public:
  run_state(const plan& what, const options& how, run_memory& reused = run_memory::here());
  ~run_state();
  run_state(const run_state&) = delete;
  run_state& operator=(const run_state&) = delete;

  // The run under way on this thread, or null.
  static run_state* current() { return current_; }

  void record(event_kind kind, const frame* about, std::uint64_t value = 0,
              std::uint32_t other = 0) {
    record_at(kind, about == nullptr ? 0 : about->id, about == nullptr ? 0 : about->site, value,
              other);
  }
  void record_at(event_kind kind, std::uint32_t frame, std::uint32_t site, std::uint64_t value = 0,
                 std::uint32_t other = 0) {
    trace_buffer& t = trace_;
    if (t.next == stop_) [[unlikely]]
      return record_at_stop(kind, frame, site, value, other);
    t.kinds |= kinds(kind);
    *t.next++ = {kind, frame, site, other, value, virtual_clock::now()};
  }
  // Where the next event is put. It stays empty where the trace is full.
  const event* next_event() const { return trace_.next; }
  void record_exception(event_kind kind, std::uint32_t number, std::uint64_t value = 0,
                        std::uint32_t site = 0);
  // How many events there are so far.
  std::uint32_t events() const { return trace_.count(); }
  // How many await points the latest run without faults reached.
  std::uint64_t fault_free_arrivals() const;
  // The await in which somebody waits for the coroutine; null: there is none.
  const event*& awaited_by(std::uint32_t frame) {
    if (awaits.size() <= frame) awaits.resize(frame + 32);
    return awaits[frame];
  }
  // The number of the next coroutine of that function, from 1. There must be room to count them.
  std::uint32_t next_instance(std::uint32_t function) {
    counted_function& c = instances_[function];
    if (c.run != number) c = {number, 0};
    return ++c.instances;
  }
  bool has_room_for(std::uint32_t function) const { return instances_.size() > function; }
  void make_room_for(std::uint32_t function) {
    if (!has_room_for(function)) instances_.resize(function + 32);
  }
  bool knows_addresses() const { return addresses_are_known_; }
  void note_created(frame& f) {
    if (addresses_are_known_) by_address_[address_of(f)] = &f;
  }
  void note_destroyed(const frame& f) {
    if (addresses_are_known_) by_address_[address_of(f)] = nullptr;
  }
  // The coroutine at that address (coroutine_handle::address()); null: it is not known.
  frame* find_at(const void* address) {
    if (!addresses_are_known_) note_all();
    frame** const known = by_address_.known(reinterpret_cast<std::uint64_t>(address));
    return known == nullptr ? nullptr : *known;
  }
  // A deviation is about to be executed: up to here all was as without faults.
  void depart() {
    if (!departed) departed = events();
  }
  // Deviation `number` of the plan was executed.
  void mark_reached(std::uint32_t number) {
    if (reached_[number]) return;
    reached_[number] = true;
    ++reached;
  }
  bool is_reached(std::uint32_t number) const { return reached_[number]; }
  // Keeps a text (an assertion's, …) and returns its index.
  std::uint32_t keep_text(std::string_view text);
  // Index of a text, for the run without faults, where an error is the test's own, and for one that
  // explains. Else 0.
  std::uint32_t keep_description(const std::exception_ptr& error);
  // The coroutine at the top of its chain of awaits.
  std::uint32_t top_of(std::uint32_t frame) {
    while (const event* const above = awaited_by(frame)) frame = above->frame;
    return frame;
  }

 private:
  void record_at_stop(event_kind kind, std::uint32_t frame, std::uint32_t site, std::uint64_t value,
                      std::uint32_t other);
  void stop();
  void note_all();
  static std::uint64_t address_of(const frame& f) {
    return reinterpret_cast<std::uint64_t>(f.address);
  }

  static constinit thread_local run_state* current_;
  trace_buffer& trace_;
  const event* stop_;            // at this event: the buffer is full, or for a debugger
  reused_vector<bool> reached_;  // by deviation
  reused_vector<counted_function>& instances_;
  keyed_table<frame*>& by_address_;
  bool addresses_are_known_ = false;  // somebody has asked

 public:
  std::uint64_t number;
  const plan& what;
  const options& how;
  driver* world = nullptr;
  frame_list unstarted, started;
  frame* running = nullptr;
  // The await whose operation is being started, while no coroutine is running; see initiation.
  const event* initiating = nullptr;
  std::uint32_t next_frame = 0;
  std::uint64_t arrivals = 0;
  std::uint64_t most_arrivals;
  std::uint32_t most_visits;
  bool is_planned;               // the plan is not empty
  bool strikes_awaits;           // it has something for a coroutine that arrives
  std::uint32_t root_frame = 0;  // the coroutine that the body returned; 0: not known
  std::uint32_t root_completions = 0;
  std::optional<std::uint32_t> departed;  // how many events there were before the first deviation
  std::uint32_t reached = 0;              // how many deviations were executed
  bool faulted = false;                   // one of them was no mere delay
  std::uint32_t last_fault_frame = 0;     // next_frame when the latest fault was executed
  std::uint32_t serials_before;           // given out by earlier runs: no two runs share one
  reused_vector<const event*>& awaits;    // by coroutine, see awaited_by()
  struct struck_await {
    reused_vector<const event*> path;  // the await, and those of everybody who waited for it
    std::uint32_t tries = 0;
  };
  reused_vector<struck_await> struck;  // by deviation, see fault_execution
  fault failing;                       // the latest that is to be thrown
  io_error code = io_error::failed;    // the latest error code that took the place of an operation
  bool retried = false;                // the await of some deviation was tried again
  std::uint32_t delayed_retries = 0;   // that failed again, with the clock moved in between
  virtual_time last_retry = 0;
  reused_vector<const char*> resources;  // label by serial - serials_before - 1; null once released
  visit_table& visits;
  sites::known_places& places;
  sites::known_functions& functions;
  reused_vector<std::function<void()>> cancellers;  // registered by on_cancel()
  reused_vector<probe_start> probes;
  std::size_t probe = 0;       // the one under way
  bool faults_allowed = true;  // off during the probes
  bool tearing_down = false;
  bool stopping = false;     // whoever arrives at an await point is suspended for ever
  bool asks_output = false;  // whether handlers print
  bool explaining = false;   // find out more than a search can afford
  std::size_t observations = 0;
  requests requested{*this};
  schedule scheduled{*this};
  dropped_work dropped;           // by the teardown
  exception_recorder exceptions;  // the last that says anything: the first to go
};

}  // namespace cofault::detail
