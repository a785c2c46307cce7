// SPDX-License-Identifier: BSL-1.0
#include "cofault/run.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "awaited_frames.hpp"
#include "cofault/clock.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/family.hpp"
#include "forked_try.hpp"
#include "held_resources.hpp"
#include "last_words.hpp"
#include "releasers.hpp"
#include "run_state.hpp"
#include "standstill.hpp"

namespace cofault {
namespace {

using detail::run_state;

// Shows virtual time and collects assertions for as long as it lives.
class stage {
 public:
  stage() {
    virtual_clock::start();
    detail::tell_run_started();
  }
  ~stage() {
    end_assertions();
    virtual_clock::stop();
  }
  void end_assertions() {
    if (!ended_) detail::tell_run_ended();
    ended_ = true;
  }

 private:
  bool ended_ = false;
};

// Who fails so often, and waits before each further try, never gives up.
bool keeps_retrying(const run_state& run) {
  return run.delayed_retries > options::max_delayed_retries;
}

// A trace that is full shows nothing of what follows: no need to go on. Of the run without faults
// all is shown or nothing is explored.
inline bool out_of_bounds(const run_state& run) {
  constexpr std::uint32_t full = detail::trace_buffer::capacity - detail::trace_buffer::reserve;
  if (run.arrivals > run.most_arrivals) return true;
  return run.is_planned && (keeps_retrying(run) || run.events() >= full);
}

// Nothing more may run.
inline bool over(const run_state& run) {
  return out_of_bounds(run) || run.requested.ended() || run.requested.overran();
}

// Runs whatever can run without moving the clock. An exception that leaves the event loop is what
// the program's own call of run() would have got.
void run_ready(run_state& run) {
  driver& world = *run.world;
  while (!over(run)) {
    const std::size_t choices = world.choices();
    if (choices == 0) return;
    run.initiating = nullptr;
    run.scheduled.choose(choices);
    if (run.requested.before_step() && over(run)) return;
    try {
      if (!world.run(0)) return;
    } catch (...) {
      run.record(event_kind::escaped, nullptr, run.keep_description(std::current_exception()),
                 run.exceptions.handled());
    }
    run.requested.after_step();
  }
}

bool is_never(virtual_time deadline) { return deadline - virtual_clock::now() > never; }

// Moves the clock to the next timer. False: there is none.
bool jump(run_state& run) {
  const auto deadline = run.world->next_deadline();
  if (!deadline || is_never(*deadline)) return false;
  const virtual_time before = virtual_clock::now();
  virtual_clock::jump(*deadline);
  run.record(event_kind::jumped, nullptr,
             static_cast<std::uint64_t>(virtual_clock::now() - before));
  run.requested.clock_moved();
  run.world->jumped();
  run.world->settle();
  return true;
}

// Runs until `done` says so, nothing can move any more, or a bound is reached. `done` is asked
// whenever nothing can move without moving the clock.
template <class Done>
void drive(run_state& run, Done done) {
  for (;;) {
    run_ready(run);
    if (over(run)) return;
    run.world->settle();
    const std::uint32_t before = run.requested.step();
    run_ready(run);
    if (over(run)) return;
    // Something has been handed over since: what is left is looked at again.
    if (run.requested.step() != before) continue;
    if (done()) return;
    if (!jump(run) && !run.world->wait_outside()) return;
  }
}

// Runs the root to its end, if it has one.
ending drive_root(run_state& run) {
  using detail::standstill;
  standstill still(run);
  auto verdict = standstill::verdict::none;
  const auto completed = [&] { return run.root_completions > 0; };
  drive(run, [&] {
    if (!completed()) verdict = still.look();
    return completed() || verdict != standstill::verdict::none;
  });
  if (completed()) {
    if (run.requested.at_root(moment::end)) drive(run, completed);
    return ending::completed;
  }
  if (run.requested.ended()) return ending::stopped;
  if (run.requested.overran()) run.record(event_kind::overran, nullptr);
  if (run.requested.overran()) return ending::bounded;
  if (out_of_bounds(run) || verdict == standstill::verdict::undecided) return ending::bounded;
  if (verdict == standstill::verdict::none) return ending::hung;
  // Whether anything wakes the root once nothing ticks: a timer of its own, a peer.
  const std::uint32_t stopped_at = run.events();
  run.record(event_kind::ticking, nullptr, static_cast<std::uint64_t>(still.lasted()));
  run.stopping = true;
  constexpr int patience = 10'000;  // callbacks that tick cannot be stopped
  int ticks = 0;
  drive(run, [&] { return completed() || ++ticks > patience; });
  const bool decided = !completed() && ticks <= patience && !out_of_bounds(run) &&
                       !detail::root_moved_since(run, stopped_at);
  return decided ? ending::hung : ending::bounded;
}

void start(run_state& run) {
  try {
    run.world->start();
  } catch (...) {
    detail::root_completed(std::current_exception());
  }
}

void record_pending(run_state& run) {
  const family who({detail::trace().events, detail::trace().count()});
  for (detail::frame* f = run.started.first(); f != nullptr; f = f->next)
    if (f->state == detail::frame_state::suspended)
      run.record(event_kind::pending, f, detail::in_root(run, who, f->id) ? 1 : 0);
}

void run_probe(run_state& run, const detail::probe_start& probe) {
  // A late answer may come at teardown.
  const auto done = std::allocate_shared<bool>(detail::reusing<bool>(), false);
  run.record(event_kind::probe_started, nullptr);
  const auto finish = [&run, done](detail::probe_result result) {
    if (*done) return;
    *done = true;
    run.record(result == detail::probe_result::passed  ? event_kind::probe_passed
               : result == detail::probe_result::threw ? event_kind::probe_threw
                                                       : event_kind::probe_differs,
               nullptr);
  };
  try {
    probe(finish);
  } catch (...) {
    finish(detail::probe_result::threw);
  }
  const std::uint64_t before = run.arrivals;
  constexpr std::uint64_t patience = 100'000;  // a service may tick for ever beside a deaf probe
  drive(run, [&] { return *done || run.arrivals - before > patience; });
  if (*done) return;
  *done = true;
  record_pending(run);
  run.record(event_kind::probe_hung, nullptr);
}

void run_probes(run_state& run) {
  run.faults_allowed = false;
  const auto probes = std::move(run.probes);
  for (run.probe = 0; run.probe < probes.size(); ++run.probe) run_probe(run, probes[run.probe]);
}

// The first coroutine that was made for a probe, if one never completed: it waits with the probe.
// Nothing: no id is that high.
std::uint32_t first_of_hung_probe() {
  constexpr std::uint32_t none = ~std::uint32_t{0};
  const detail::trace_buffer& t = detail::trace();
  if ((t.kinds & kinds(event_kind::probe_hung)) == 0) return none;
  bool probing = false;
  for (const event* e = t.events; e != t.events + t.count(); ++e) {
    probing = probing || e->kind == event_kind::probe_started;
    if (probing && e->kind == event_kind::created) return e->frame;
  }
  return none;
}

// Notes who outlived the world, and whether what would have ended it may have been cut off: because
// somebody waits for ever, was suspended for good, or had work that went with the world.
void record_alive(run_state& run, ending end) {
  if (run.dropped.had_unseen_taker(run)) run.record(event_kind::alive, nullptr, 1);
  if (run.unstarted.first() == nullptr && run.started.first() == nullptr) return;
  const bool suspended_for_good =
      run.stopping || (detail::trace().kinds & kinds(event_kind::parked)) != 0;
  const bool cut_off = suspended_for_good || run.dropped.had_a_taker(run);
  const std::uint32_t hung = end == ending::hung ? 0 : first_of_hung_probe();
  for (detail::frame_list* list : {&run.unstarted, &run.started})
    for (detail::frame* f = list->first(); f != nullptr; f = f->next) {
      const bool was_cut_off = f->id >= hung || (cut_off && !detail::is_owned_by_its_queue(*f));
      run.record(event_kind::alive, f, was_cut_off ? 1 : 0);
    }
}

// How many resources of the same label that were acquired before it are still there.
std::uint32_t alike_before(const run_state& run, std::uint32_t resource) {
  const std::string_view label = run.resources[resource];
  return static_cast<std::uint32_t>(
      std::count_if(run.resources.begin(), run.resources.begin() + resource,
                    [&](const char* other) { return other != nullptr && other == label; }));
}

// Whether what would have given it back never ran, because of a fault.
bool is_kept(const run_state& run, std::uint32_t resource) {
  return run.faulted && alike_before(run, resource) <
                            detail::releasers::kept_from_running(run.resources[resource]);
}

void record_leaked(run_state& run) {
  detail::held_resources held(run);
  for (std::uint32_t i = 0; i < run.resources.size(); ++i)
    if (run.resources[i] != nullptr && !held.holds(i + 1) && !is_kept(run, i))
      run.record_at(event_kind::leaked, 0, 0, i + 1, run.keep_text(run.resources[i]));
}

// Whom nobody is left to destroy may own itself, too: then it is gone at its end, if the world goes
// on. That is tried out.
void look_who_was_left_behind(run_state& run) {
  const auto who = detail::left_behind(run);
  if (who.empty()) return;
  const auto goes_on = [&] {
    constexpr int patience = 10'000;
    int ticks = 0;
    run.faults_allowed = false;
    drive(run, [&] { return ++ticks > patience; });
    return std::none_of(who.begin(), who.end(),
                        [&](std::uint32_t frame) { return run.started.find(frame) != nullptr; });
  };
  if (detail::try_in_fork(goes_on) != detail::tried::failed) run.dropped.nobody_was_left_behind();
}

void tear_down(run_state& run, std::unique_ptr<driver>& world, ending end) {
  run.tearing_down = true;
  const auto deadline = world->next_deadline();
  if (deadline || world->choices() > 0) run.dropped.was_left();
  run.record(event_kind::torn_down, nullptr, deadline && !is_never(*deadline) ? 1 : 0);
  // What they hold may need the world.
  run.probes.clear();
  run.cancellers.clear();
  try {
    world->teardown();
  } catch (...) {
    run.record(event_kind::escaped, nullptr);
  }
  world.reset();
  run.world = nullptr;
  run.dropped.ended();
  record_alive(run, end);
  record_leaked(run);
}

outcome sum_up(const run_state& run, ending end) {
  const detail::trace_buffer& t = detail::trace();
  outcome out;
  out.end = end;
  out.truncated = t.truncated;
  out.fault_free = !run.faulted;
  out.reached = run.reached;
  out.retried = run.retried;
  out.keeps_retrying = end == ending::bounded && keeps_retrying(run);
  out.root_completions = run.root_completions;
  out.exceptions = run.exceptions.seen();
  out.arrivals = run.arrivals;
  out.duration = virtual_clock::now();
  out.kinds = t.kinds;
  out.first = t.events;
  out.count = t.count();
  out.departed = run.departed.value_or(t.count());
  return out;
}

}  // namespace

outcome run(const driver_factory& body, const plan& what, const options& how, attention paid) {
  if (run_state::current() != nullptr)
    throw std::logic_error(
        "cofault: a run is already under way on this thread; explore() and run() cannot be nested: "
        "call them from the test, not from the code under test");
  if (detail::last_words::awaited()) detail::last_words::under_way(what);
  run_state run(what, how);
  run.asks_output = paid != attention::usual;
  run.explaining = paid == attention::everything;
  stage shown;
  std::unique_ptr<driver> world = body();
  run.world = world.get();
  start(run);
  run.requested.started();
  run.requested.at_root(moment::start);
  const ending end = drive_root(run);
  if (end == ending::hung) record_pending(run);
  if (end == ending::completed) run_probes(run);
  if (detail::foreign_thread_seen(run.number)) run.record(event_kind::foreign_thread, nullptr);
  if (what.empty()) detail::plain_duration() = virtual_clock::now();
  if (run.is_planned && end == ending::completed) look_who_was_left_behind(run);
  tear_down(run, world, end);
  shown.end_assertions();
  return sum_up(run, end);
}

}  // namespace cofault
