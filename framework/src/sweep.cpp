// SPDX-License-Identifier: BSL-1.0
#include "sweep.hpp"

#include <algorithm>
#include <unordered_set>

#include "candidates.hpp"
#include "child.hpp"
#include "cofault/detail/texts.hpp"
#include "cofault/run.hpp"
#include "cofault/site.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

std::uint32_t site_of_fault(const plan& p) {
  return p.empty() ? 0 : sites::find(p[p.size() - 1].where.site);
}

// Judges an outcome; counts it where a bound kept it from an answer.
void judge(const outcome& what, const plan& p, const options& how) {
  mailbox& b = box();
  std::vector<violation> violations;
  for (const auto& property : how.properties()) {
    if ((property->needs() & what.kinds) == 0 && property->needs() != ~kind_set{0}) continue;
    violations.clear();
    property->judge(what, violations);
    for (const violation& v : violations)
      b.add(property->name(), v.site != 0 ? v.site : site_of_fault(p), v.frame, p, v.text);
  }
  if (what.end != ending::bounded && !what.truncated) return;
  if (b.bounded_count < mailbox::max_list) b.bounded[b.bounded_count] = p;
  ++b.bounded_count;
}

// What makes an exploration pointless, whatever the code under test does.
void refuse_unsound(const outcome& what) {
  mailbox& b = box();
  if (what.has(event_kind::foreign_thread))
    b.fail(
        "cofault: a coroutine of the run went on in a second thread, which the fake scheduler "
        "does not control; give the code under test the executor that the body receives");
  if (!what.has(event_kind::unknown_frame)) return;
  for (const event& e : what.trace())
    if (e.kind == event_kind::unknown_frame)
      return b.fail("cofault: " + sites::place(e.site) +
                    " awaits a coroutine that was compiled "
                    "without cofault_instrument; instrument every target that creates coroutines "
                    "of this type");
}

std::vector<event> copy_of(const outcome& what) { return {what.first, what.first + what.count}; }

bool same(const event& a, const event& b) {
  return a.kind == b.kind && a.frame == b.frame && a.site == b.site && a.other == b.other &&
         a.value == b.value && a.time == b.time;
}

void refuse_different(const std::vector<event>& a, const std::vector<event>& b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end(), same);
  if (x == a.end() && y == b.end()) return;
  const std::vector<event>& longer = y == b.end() ? a : b;
  auto i = static_cast<std::size_t>(x - a.begin());
  if (i == longer.size()) --i;
  while (i > 0 && longer[i].site == 0) --i;
  box().fail("cofault: the body is not deterministic: two runs without faults differ first at " +
             sites::place(longer[i].site) +
             "; take random numbers, addresses and real time out of its decisions");
}

void keep_failures(const outcome& what) {
  mailbox& b = box();
  for (const event& e : what.trace()) {
    if (e.kind != event_kind::assertion || b.failure_count == 16) continue;
    std::string_view kept = text_of(static_cast<std::uint32_t>(e.value));
    kept = kept.substr(0, sizeof b.failures[0] - 1);
    *std::copy(kept.begin(), kept.end(), b.failures[b.failure_count++]) = '\0';
  }
}

void plan_work(const std::vector<event>& trace, const options& how) {
  mailbox& b = box();
  std::vector<reached_point> points = points_of(trace);
  // First visits first: where a bound cuts the list, every place has been tried.
  std::stable_sort(points.begin(), points.end(),
                   [](const auto& x, const auto& y) { return x.where.visit < y.where.visit; });
  b.points = static_cast<std::uint32_t>(points.size());
  std::vector<fault> faults;
  for (const reached_point& p : points) {
    faults.clear();
    propose(p, how.injectors(), faults);
    for (const fault& f : faults) b.add_work(plan({p.where, f}));
  }
}

// A coroutine that came back to the faulted point: let it fail every time, too.
void plan_persistent(const outcome& what, const plan& p) {
  if (p.size() != 1 || p[0].what.persistent) return;
  std::uint32_t frame = 0, site = 0;
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::faulted && frame == 0)
      frame = e.frame, site = e.site;
    else if (e.kind == event_kind::arrived && frame != 0 && e.frame == frame && e.site == site) {
      deviation again = p[0];
      again.what.persistent = true;
      return box().add_work(plan(again));
    }
  }
}

void note_later_points(const outcome& what, std::unordered_set<std::uint32_t>& known) {
  mailbox& b = box();
  for (const event& e : what.trace())
    if (e.kind == event_kind::arrived && (e.value & await_user) != 0 && known.insert(e.site).second)
      if (b.later_count < mailbox::max_list) b.later[b.later_count++] = e.site;
}

bool prepare(const driver_factory& body, const options& how, std::vector<event>& trace) {
  mailbox& b = box();
  const bool again = b.stage == stage_of_sweep::sweep;
  if (!again) b.stage = stage_of_sweep::warm_up;
  run(body, plan(), how);
  if (again) {
    trace = copy_of(run(body, plan(), how));
    return true;
  }
  b.stage = stage_of_sweep::first;
  trace = copy_of(run(body, plan(), how));
  b.stage = stage_of_sweep::second;
  const outcome second = run(body, plan(), how);
  refuse_unsound(second);
  if (b.error[0] == '\0') refuse_different(trace, copy_of(second));
  if (b.error[0] != '\0') return false;
  keep_failures(second);
  judge(second, plan(), how);
  plan_work(trace, how);
  return true;
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
  b.stage = stage_of_sweep::sweep;
  for (; b.next < b.work_count && b.trials < how.max_trials(); ++b.next) {
    const plan p = b.work[b.next];
    forget_output();
    ++b.trials;
    ++b.beat;
    const outcome what = run(body, p, how);
    refuse_unsound(what);
    if (what.reached != (1u << p.size()) - 1) {
      if (b.unreached_count < mailbox::max_list) b.unreached[b.unreached_count] = p;
      ++b.unreached_count;
      continue;
    }
    judge(what, p, how);
    plan_persistent(what, p);
    note_later_points(what, known);
  }
  b.stage = stage_of_sweep::done;
}

void rehearse(const driver_factory& body, const options& how, const plan& what) {
  mailbox& b = box();
  run(body, plan(), how);
  ++b.beat;
  b.stage = stage_of_sweep::sweep;
  b.trials = 1;
  const outcome done = run(body, what, how);
  refuse_unsound(done);
  const auto all = (1u << what.size()) - 1;
  if (done.reached == all) judge(done, what, how);
  for (std::size_t i = 0; i < what.size(); ++i)
    if ((done.reached >> i & 1) == 0) {
      plan missed;
      missed.add(what[i]);
      if (b.unreached_count < mailbox::max_list) b.unreached[b.unreached_count++] = missed;
    }
  b.stage = stage_of_sweep::done;
}

}  // namespace cofault::detail
