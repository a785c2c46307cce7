// SPDX-License-Identifier: BSL-1.0
#include "run_state.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <memory>
#include <utility>

#include "cofault/clock.hpp"
#include "cofault/detail/texts.hpp"
#include "cofault/detail/type_name.hpp"
#include "cofault/fault_free.hpp"
#include "cofault/tracked.hpp"
#include "releasers.hpp"
#include "shared_memory.hpp"

namespace cofault::detail {
namespace {

std::atomic<std::uint64_t> threads{0};

// No two runs of the process have the same one.
std::uint64_t next_number() {
  static thread_local std::uint64_t last = ++threads << 40;
  return ++last;
}

bool strikes_await(const deviation& d) {
  return is_failure(d.what.kind) || is_request(d.what.kind);
}

thread_local std::uint64_t plain_arrivals = 0;
thread_local std::vector<std::uint32_t> debugger_stops;
std::atomic<std::uint32_t> serials{0};  // given out by acquired(), in all runs of this process

void empty(trace_buffer& t) {
  t.next = t.events;
  t.kinds = 0;
  t.truncated = false;
  t.text_bytes = t.text_count = 0;
}

struct trace_pair {
  trace_buffer plain, planned;
  bool planned_was_last;
  std::uint64_t stamps;
};
trace_pair& traces() {
  static trace_pair& both = [&]() -> trace_pair& {
    trace_pair& made = make_shared_object<trace_pair>();
    empty(made.plain);
    empty(made.planned);
    return made;
  }();
  return both;
}

// The buffer for a run, as good as new.
trace_buffer& begin_trace(bool is_planned) {
  trace_pair& both = traces();
  both.planned_was_last = is_planned;
  trace_buffer& t = is_planned ? both.planned : both.plain;
  empty(t);
  t.stamp = ++both.stamps;
  return t;
}

}  // namespace

trace_buffer& trace() {
  trace_pair& both = traces();
  return both.planned_was_last ? both.planned : both.plain;
}

void forget_latest_trace() { empty(trace()); }
const trace_buffer& plain_trace() { return traces().plain; }

virtual_time& plain_duration() {
  static thread_local virtual_time duration = 0;
  return duration;
}

stops_for_debugger::stops_for_debugger(std::vector<std::uint32_t> events) {
  debugger_stops = std::move(events);
}

stops_for_debugger::~stops_for_debugger() { debugger_stops.clear(); }

frame* frame_list::find(std::uint32_t id) const {
  frame* f = first();
  while (f != nullptr && f->id != id) f = f->next;
  return f;
}

constinit thread_local run_state* run_state::current_ = nullptr;

run_memory& run_memory::here() {
  // Not in the thread's own memory: there is little of that for a library opened by dlopen().
  static thread_local const auto memory = std::make_unique<run_memory>();
  return *memory;
}

run_state::run_state(const plan& p, const options& o, run_memory& reused)
    : trace_(begin_trace(!p.empty())),
      stop_(trace_.events + trace_buffer::capacity),
      reached_(p.size()),
      instances_(reused.instances),
      by_address_(reused.by_address),
      number(next_number()),
      what(p),
      how(o),
      most_arrivals(o.max_arrivals()),
      most_visits(o.max_visits()),
      is_planned(!p.empty()),
      strikes_awaits(std::any_of(p.begin(), p.end(), strikes_await)),
      serials_before(serials),
      awaits(reused.awaits),
      struck(p.size()),
      visits(reused.visits),
      places(reused.places),
      functions(reused.functions),
      exceptions(*this, reused.exceptions) {
  visits.clear();
  if (!what.empty() && !debugger_stops.empty()) stop_ = trace_.events + debugger_stops.front();
  current_ = this;
}

run_state::~run_state() {
  if (what.empty()) {
    plain_arrivals = arrivals;
    plain_steps() = scheduled.steps();
  }
  // Frames that outlive the run must not point into it.
  for (frame_list* list : {&unstarted, &started})
    while (frame* f = list->first()) frame_list::remove(*f);
  // As far as it was used: the next run finds it empty, and long enough.
  std::fill_n(awaits.begin(), std::min<std::size_t>(awaits.size(), next_frame + 1),
              static_cast<const event*>(nullptr));
  current_ = nullptr;
}

std::uint64_t run_state::fault_free_arrivals() const { return plain_arrivals; }

void run_state::note_all() {
  by_address_.clear();
  for (const frame_list* list : {&unstarted, &started})
    for (frame* f = list->first(); f != nullptr; f = f->next) by_address_[address_of(*f)] = f;
  addresses_are_known_ = true;
}

void run_state::record_at_stop(event_kind kind, std::uint32_t frame, std::uint32_t site,
                               std::uint64_t value, std::uint32_t other) {
  trace_.kinds |= kinds(kind);
  stop();
  if (!trace_.truncated) *trace_.next++ = {kind, frame, site, other, value, virtual_clock::now()};
}

void run_state::stop() {
  if (trace_.count() == trace_buffer::capacity) {
    trace_.truncated = true;
    return;
  }
  const auto next = std::upper_bound(debugger_stops.begin(), debugger_stops.end(), trace_.count());
  stop_ = trace_.events + (next == debugger_stops.end() ? trace_buffer::capacity : *next);
  std::raise(SIGTRAP);
}

void run_state::record_exception(event_kind kind, std::uint32_t number, std::uint64_t value,
                                 std::uint32_t site) {
  record_at(kind, running == nullptr ? 0 : running->id, site, value, number);
}

std::uint32_t run_state::keep_description(const std::exception_ptr& error) {
  return error && (what.empty() || explaining) ? keep_text(describe(error)) : 0;
}

std::uint32_t run_state::keep_text(std::string_view text) {
  trace_buffer& t = trace();
  const std::size_t room = trace_buffer::text_capacity - t.text_bytes;
  if (room < 2) return t.text_count;
  text = text.substr(0, room - 1);
  std::memcpy(t.texts + t.text_bytes, text.data(), text.size());
  t.texts[t.text_bytes + text.size()] = '\0';
  t.text_bytes += static_cast<std::uint32_t>(text.size() + 1);
  return t.text_count++;
}

std::string_view text_of(std::uint32_t index) {
  const trace_buffer& t = trace();
  const char* text = t.texts;
  for (std::uint32_t i = 0; i < index && i < t.text_count; ++i) text += std::strlen(text) + 1;
  return index < t.text_count ? text : "";
}

}  // namespace cofault::detail

namespace cofault {

bool fault_free() {
  const auto* run = detail::run_state::current();
  return run == nullptr || !run->faulted;
}

std::uint32_t acquired(const char* label) {
  auto* run = detail::run_state::current();
  if (run == nullptr) return 0;
  run->resources.push_back(label);
  const auto in_run = static_cast<std::uint32_t>(run->resources.size());
  run->record(event_kind::acquired, run->running, in_run);
  ++detail::serials;
  return run->serials_before + in_run;
}

void released(std::uint32_t serial) {
  auto* run = detail::run_state::current();
  if (run == nullptr || serial == 0) return;
  // What outlived an earlier run has a smaller number (or, by subtraction, a huge one).
  const std::uint32_t in_run = serial - run->serials_before;
  if (in_run == 0 || in_run > run->resources.size()) return;
  const char* const label = std::exchange(run->resources[in_run - 1], nullptr);
  if (label == nullptr) return;
  detail::releasers::note(*run, label);
  run->record(event_kind::released, run->running, in_run);
}

}  // namespace cofault
