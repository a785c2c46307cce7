// SPDX-License-Identifier: BSL-1.0
#include "sweep.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "cancellations.hpp"
#include "cofault/search.hpp"
#include "cofault/site.hpp"
#include "default_run.hpp"
#include "idle_parts.hpp"
#include "idle_selectors.hpp"
#include "joined_operation.hpp"
#include "judge.hpp"
#include "kept_output.hpp"
#include "mailbox.hpp"
#include "own_process.hpp"
#include "real_time.hpp"
#include "run_state.hpp"
#include "soundness.hpp"
#include "verdicts.hpp"

namespace cofault::detail {
namespace {

// Names the deviations of a replayed plan that were not executed.
void note_missed(const outcome& what, const plan& p) {
  mailbox& b = box();
  std::vector<bool> done(p.size());
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::faulted) done[e.value & (faulted_request - 1)] = true;
    if (e.kind == event_kind::delayed && e.other != not_planned) done[e.other] = true;
  }
  for (std::size_t i = 0; i < p.size() && b.unreached_count < mailbox::max_list; ++i)
    if (!done[i] && !is_schedule(p[i].what.kind)) b.unreached[b.unreached_count++] = plan(p[i]);
}

using known_sites = std::vector<bool>;  // by site

// False: it was known.
bool learn(known_sites& known, std::uint32_t site) {
  if (known.size() <= site) known.resize(sites::count() + 1);
  const bool fresh = !known[site];
  known[site] = true;
  return fresh;
}

// What the runs so far have come to.
struct met {
  known_sites places;
  part_watch parts;
  selector_watch selectors;
};

// Takes over what the strategy being followed makes of the trial.
void extend(const trial& after, met& known) {
  plan_list fresh;
  after.how.strategies()[box().strategy]->extend(after, fresh);
  for (const plan& p : fresh) box().add_work(p);
  known.selectors.look(after, fresh);
}

void note_later_points(const outcome& what, met& known) {
  mailbox& b = box();
  known.parts.look(what.trace(), what.departed);
  for (const event& e : what.trace().subspan(what.departed))
    if (is_await_point(e) && learn(known.places, e.site))
      if (b.later_count < mailbox::max_list) b.later[b.later_count++] = e.site;
}

// State outside of the body's world has changed the course of the run.
void note_unreached(const plan& p) {
  mailbox& b = box();
  if (b.unreached_count < mailbox::max_list) b.unreached[b.unreached_count] = p;
  ++b.unreached_count;
  b.add(
      every_fault_reached, site_of_fault(p), 0, p,
      own_process::current() == nullptr
          ? "the run without faults came there, this one did not: something outside of the body "
            "(a global, a static) remembers the runs before it, or addresses decide"
          : "the run without faults came there, this one did not, though each began with the same "
            "memory: real time, random numbers or another process decide");
}

bool all_reached(const outcome& what, const plan& p) { return what.reached == p.size(); }

// Under another schedule the program may not come to the place of the fault at all.
bool may_miss(const plan& p) { return has_schedule(p); }

bool out_of_time(const options& how) {
  using std::chrono::milliseconds;
  return how.max_time() != milliseconds::max() &&
         (real_time() - box().began) / 1'000'000 >= how.max_time().count();
}

// Whether the budgets allow for one more trial.
bool may_go_on(const options& how) {
  mailbox& b = box();
  if (b.trials >= how.max_trials())
    b.stopped_by = mailbox::trials_used_up;
  else if (out_of_time(how))
    b.stopped_by = mailbox::time_used_up;
  return b.stopped_by == mailbox::nothing && b.error[0] == '\0';
}

outcome attempt(const runner& make, const plan& p, attention paid) {
  forget_output();
  ++box().beat;
  const outcome done = make(p, paid);
  refuse_unsound(done);
  return done;
}

std::ptrdiff_t reports_in(const outcome& what) {
  const auto trace = what.trace();
  return std::count_if(trace.begin(), trace.end(),
                       [](const event& e) { return e.kind == event_kind::reported; });
}

// The first of two runs went wrong, the second did not, and no handler has printed. Said once.
void note_unsteady(const plan& p) {
  mailbox& b = box();
  if (std::exchange(b.unsteady, true)) return;
  b.doubt("of two runs of the plan '" + encode(p) +
          "' the first went wrong and the second did not: something outside of the body (a "
          "global, a static) remembers the runs before it");
}

// With the stacks of its coroutines, if the trace has room for them.
attention second_look(const outcome& first) {
  constexpr std::uint32_t most_for_one = 64;  // events: two stacks
  const bool has_room = first.count < trace_buffer::capacity / most_for_one;
  return has_room ? attention::everything : attention::output;
}

void try_one(const runner& make, const options& how, const plan& p, met& known) {
  mailbox& b = box();
  ++b.trials;
  ++b.tried[static_cast<std::size_t>(kind_of(p))];
  outcome what = attempt(make, p, b.prints ? attention::output : attention::usual);
  // What nobody is seen to deal with may have been printed, or declared where it was spawned.
  const bool looks_again = what.has(event_kind::left);
  if (!all_reached(what, p) && !may_miss(p)) return note_unreached(p);
  verdict found = judge(what, p, how, looks_again);
  if (found == verdict::unsure) {
    const auto reports = reports_in(what);
    what = attempt(make, p, second_look(what));
    b.prints = b.prints || reports_in(what) > reports;
    if (!all_reached(what, p) && !may_miss(p)) return note_unreached(p);
    found = judge(what, p, how);
    if (found == verdict::good && !b.prints && !seems_to_lose(what)) note_unsteady(p);
  }
  const bool good = found == verdict::good;
  note_cancellation(what, p);
  note_later_points(what, known);
  extend({p, what, good, how}, known);
  if (good) plan_second_cancellation(what, p, how);
}

// Follows one strategy, from where another process may have left off. False: a budget is used up.
bool follow(const runner& make, const options& how, const trial& plain, met& known) {
  mailbox& b = box();
  const std::uint32_t longest = how.strategies()[b.strategy]->max_longer();
  if (!b.followed) extend(plain, known);
  if (!b.any_candidate) b.samples_only = !plain.next().empty();
  b.followed = true;
  for (; b.next < b.work_count; ++b.next) {
    const plan p = b.work[b.next];
    const bool longer = p.size() > 1 && !may_miss(p);
    if (longer && b.longer >= longest) continue;
    if (!may_go_on(how)) return false;
    if (longer) ++b.longer;
    try_one(make, how, p, known);
  }
  return b.error[0] == '\0';
}

}  // namespace

void sweep(const runner& make, const options& how) {
  mailbox& b = box();
  if (b.began == 0) b.began = real_time();
  std::vector<event> trace;
  outcome plain;
  if (!run_without_faults(make, how, plain, trace)) {
    b.stage = stage_of_sweep::done;
    return;
  }
  plain.first = trace.data();
  met known{{}, part_watch(how), selector_watch(how)};
  known.parts.look(trace, 0);
  for (const event& e : trace)
    if (e.kind == event_kind::arrived) learn(known.places, e.site);
  for (std::uint32_t i = 0; i < b.later_count; ++i) learn(known.places, b.later[i]);
  b.stage = stage_of_sweep::sweep;
  const plan nothing;
  while (b.strategy < how.strategies().size() &&
         follow(make, how, {nothing, plain, true, how}, known)) {
    ++b.strategy;
    b.followed = false;
    b.longer = b.next = b.work_count = 0;
  }
  if (b.strategy == how.strategies().size()) judge_cancellations();
  b.stage = stage_of_sweep::done;
}

void rehearse(const runner& make, const options& how, const plan& what) {
  mailbox& b = box();
  const outcome without_faults = make(plan(), attention::usual);
  const std::vector<event> plain = copy_of(without_faults);
  note_seen(plain);
  keep_failures(without_faults);
  ++b.beat;
  refuse_misfits(plain, what, how);
  b.stage = b.error[0] == '\0' ? stage_of_sweep::sweep : stage_of_sweep::done;
  if (b.stage == stage_of_sweep::done) return;
  b.trials = 1;
  forget_output();
  const outcome done = make(what, attention::everything);
  refuse_unsound(done);
  refuse_misfits(copy_of(done), what, how);
  if (all_reached(done, what) || may_miss(what)) judge(done, what, how);
  if (!all_reached(done, what)) note_missed(done, what);
  b.stage = stage_of_sweep::done;
}

}  // namespace cofault::detail
