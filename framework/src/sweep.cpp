// SPDX-License-Identifier: BSL-1.0
#include "sweep.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

#include "cancellations.hpp"
#include "candidates.hpp"
#include "cofault/detail/texts.hpp"
#include "cofault/run.hpp"
#include "cofault/site.hpp"
#include "kept_output.hpp"
#include "run_state.hpp"
#include "soundness.hpp"

namespace cofault::detail {
namespace {

std::uint32_t site_of_fault(const plan& p) {
  return p.empty() ? 0 : sites::find(p[p.size() - 1].where.site);
}

// Assertions that fail without any fault are the test's own failures, not findings.
bool fails_anyway(std::string_view text) {
  const mailbox& b = box();
  text = text.substr(0, sizeof b.failures[0] - 1);
  return std::any_of(b.failures, b.failures + b.failure_count,
                     [&](const char* failure) { return text == failure; });
}

// Whom the violation is blamed on: itself says it, or else the fault, unless it needs no fault.
std::uint32_t culprit(std::string_view property, const violation& v, const plan& p) {
  if (v.site != 0 || box().has(property, 0)) return v.site;
  return site_of_fault(p);
}

// Judges an outcome; counts it where a bound kept it from an answer. True: nothing is wrong with it.
bool judge(const outcome& what, const plan& p, const options& how) {
  mailbox& b = box();
  std::vector<violation> violations;
  std::vector<std::uint32_t> blamed;
  bool good = true;
  for (const auto& property : how.properties()) {
    if ((property->needs() & what.kinds) == 0 && property->needs() != ~kind_set{0}) continue;
    violations.clear();
    blamed.clear();
    property->judge(what, violations);
    for (const violation& v : violations) {
      if (v.undecided) {
        if (v.site == 0 || !how.is_deliberate(sites::place(v.site))) b.doubt(v.text);
        continue;
      }
      good = false;
      const std::uint32_t site = culprit(property->name(), v, p);
      if (how.is_deliberate(sites::place(site))) {
        ++b.declared;
        continue;
      }
      if (fails_anyway(v.text) || std::find(blamed.begin(), blamed.end(), site) != blamed.end())
        continue;
      blamed.push_back(site);
      b.add(property->name(), site, v.frame, p, v.text);
    }
  }
  const bool cut = what.end == ending::bounded && !what.has(event_kind::overran);
  if (!cut && !what.truncated) return good;
  if (what.keeps_retrying) {
    if (b.retrying_count < mailbox::max_list) b.retrying[b.retrying_count] = p;
    ++b.retrying_count;
    return false;
  }
  if (b.bounded_count < mailbox::max_list) b.bounded[b.bounded_count] = p;
  ++b.bounded_count;
  return false;
}

std::vector<event> copy_of(const outcome& what) { return {what.first, what.first + what.count}; }

// What the test itself got wrong: "" or a sentence.
std::string failure(const event& e) {
  const auto text = [&] { return std::string(text_of(static_cast<std::uint32_t>(e.value))); };
  if (e.kind == event_kind::assertion) return text();
  const bool root = e.kind == event_kind::root_threw;
  if (!root && (e.kind != event_kind::escaped || e.other == 0)) return "";
  return "cofault: the run without faults failed, so no fault was tried: " +
         std::string(root ? "its root threw " : "its event loop was left by ") + text() +
         "; a body that throws on purpose must catch that itself";
}

void keep_failures(const outcome& what) {
  mailbox& b = box();
  for (const event& e : what.trace()) {
    const std::string kept = failure(e).substr(0, sizeof b.failures[0] - 1);
    if (kept.empty() || b.failure_count == 16) continue;
    *std::copy(kept.begin(), kept.end(), b.failures[b.failure_count++]) = '\0';
  }
}

// The body failed: what faults do to it would tell nothing.
bool fails(const outcome& what) {
  const auto trace = what.trace();
  return std::any_of(trace.begin(), trace.end(), [](const event& e) {
    return e.kind != event_kind::assertion && !failure(e).empty();
  });
}

void note_seen(const std::vector<event>& trace) {
  mailbox& b = box();
  for (const event& e : trace)
    if (e.kind == event_kind::arrived && (e.value & await_user) != 0 &&
        b.seen_count < mailbox::max_list &&
        std::find(b.seen, b.seen + b.seen_count, e.site) == b.seen + b.seen_count)
      b.seen[b.seen_count++] = e.site;
}

// What is asked of the runtime, at every moment of every await.
void plan_requests(const std::vector<event>& trace, const options& how) {
  mailbox& b = box();
  const std::uint32_t before = b.work_count;
  const std::vector<reached_point> points = moments_of(trace);
  std::vector<fault> faults;
  const bool is_asio = std::any_of(trace.begin(), trace.end(), [](const event& e) {
    return e.kind == event_kind::spawned && (e.value & spawn_kinds) == spawn_root;
  });
  for (const auto& injector : how.injectors()) injector->propose_for_root(is_asio, faults);
  for (const fault& f : faults) b.add_work(plan({root_point(), f}));
  for (const reached_point& p : points) {
    faults.clear();
    propose_requests(p, how.injectors(), faults);
    for (const fault& f : faults) b.add_work(plan({p.where, f}));
  }
  if (b.work_count > before)
    b.points = std::max(b.points, static_cast<std::uint32_t>(points.size()));
}

void plan_work(const std::vector<event>& trace, const options& how) {
  mailbox& b = box();
  std::vector<reached_point> points = points_of(trace);
  // First visits first: where a bound cuts the list, every place has been tried.
  std::stable_sort(points.begin(), points.end(),
                   [](const auto& x, const auto& y) { return x.where.visit < y.where.visit; });
  b.points = static_cast<std::uint32_t>(points.size());
  note_seen(trace);
  std::vector<fault> faults;
  for (const reached_point& p : points) {
    faults.clear();
    propose(p, how.injectors(), faults);
    for (const fault& f : faults) {
      if (const std::string why = misfit(f, p.flags, how); !why.empty())
        return b.fail("cofault: an injector proposes '" + encode(f) + "' at " +
                      sites::place(p.site) + ", but " + why);
      b.add_work(plan({p.where, f}));
    }
  }
  plan_requests(trace, how);
  if (b.points > 0 && b.found_count == 0 && b.failure_count == 0)
    refuse_idle_selectors(points, how);
}

// What had failed was tried again: let it fail every time, too.
void plan_persistent(const outcome& what, const plan& p) {
  if (p.size() != 1 || p[0].what.persistent || what.retried == 0) return;
  deviation again = p[0];
  again.what.persistent = true;
  box().add_work(plan(again));
}

void note_later_points(const outcome& what, std::unordered_set<std::uint32_t>& known) {
  mailbox& b = box();
  for (const event& e : what.trace())
    if (e.kind == event_kind::arrived && (e.value & await_user) != 0 && known.insert(e.site).second)
      if (b.later_count < mailbox::max_list) b.later[b.later_count++] = e.site;
}

// The runs without faults. False: there is nothing to sweep.
bool prepare(const driver_factory& body, const options& how, std::vector<event>& trace) {
  mailbox& b = box();
  b.stage = stage_of_sweep::warm_up;
  trace = copy_of(run(body, plan(), how));
  ++b.beat;
  if (b.work_count > 0) return true;  // the plans are known: another child died over one of them
  b.stage = stage_of_sweep::first;
  trace = copy_of(run(body, plan(), how));
  ++b.beat;
  b.stage = stage_of_sweep::second;
  const outcome second = run(body, plan(), how);
  ++b.beat;
  refuse_unsound(second);
  if (b.error[0] == '\0') refuse_different(trace, copy_of(second));
  if (b.error[0] == '\0') refuse_endless(second, how);
  if (b.error[0] != '\0') return false;
  b.plain_arrivals = second.arrivals;
  keep_failures(second);
  judge(second, plan(), how);
  if (fails(second)) return false;
  plan_work(trace, how);
  return b.error[0] == '\0';
}

// State outside of the body's world has changed the course of the run.
void note_unreached(const plan& p) {
  mailbox& b = box();
  if (b.unreached_count < mailbox::max_list) b.unreached[b.unreached_count] = p;
  ++b.unreached_count;
  b.add("every planned fault is reached", site_of_fault(p), 0, p,
        "the run without faults came there, this one did not: something outside of the body (a "
        "global, a static) remembers the runs before it");
}

}  // namespace

void sweep(const driver_factory& body, const options& how) {
  mailbox& b = box();
  std::vector<event> trace;
  if (!prepare(body, how, trace)) {
    b.stage = stage_of_sweep::done;
    return;
  }
  std::unordered_set<std::uint32_t> known;
  for (const event& e : trace)
    if (e.kind == event_kind::arrived) known.insert(e.site);
  known.insert(b.later, b.later + b.later_count);
  b.stage = stage_of_sweep::sweep;
  for (; b.next < b.work_count && b.trials < how.max_trials() && b.error[0] == '\0'; ++b.next) {
    const plan p = b.work[b.next];
    forget_output();
    ++b.trials;
    ++b.beat;
    const outcome what = run(body, p, how);
    refuse_unsound(what);
    if (what.reached != (1u << p.size()) - 1) {
      note_unreached(p);
      continue;
    }
    const bool good = judge(what, p, how);
    plan_persistent(what, p);
    note_cancellation(what, p);
    if (good) plan_second_cancellation(what, p, how);
    note_later_points(what, known);
  }
  if (b.next == b.work_count) judge_cancellations();
  b.stage = stage_of_sweep::done;
}

void rehearse(const driver_factory& body, const options& how, const plan& what) {
  mailbox& b = box();
  const outcome plain_run = run(body, plan(), how);
  const std::vector<event> plain = copy_of(plain_run);
  keep_failures(plain_run);
  ++b.beat;
  refuse_misfits(plain, what, how);
  b.stage = b.error[0] == '\0' ? stage_of_sweep::sweep : stage_of_sweep::done;
  if (b.stage == stage_of_sweep::done) return;
  b.trials = 1;
  forget_output();
  const outcome done = run(body, what, how, true);
  refuse_unsound(done);
  const auto all = (1u << what.size()) - 1;
  refuse_misfits(copy_of(done), what, how);
  if (done.reached == all) judge(done, what, how);
  for (std::size_t i = 0; i < what.size(); ++i)
    if ((done.reached >> i & 1) == 0) b.unreached[b.unreached_count++] = plan(what[i]);
  b.stage = stage_of_sweep::done;
}

}  // namespace cofault::detail
