// SPDX-License-Identifier: BSL-1.0
#include "isolation.hpp"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "child.hpp"
#include "death.hpp"
#include "default_run.hpp"
#include "kept_output.hpp"
#include "mailbox.hpp"
#include "other_threads.hpp"
#include "own_process.hpp"
#include "progress.hpp"
#include "reactor.hpp"
#include "real_time.hpp"
#include "run_state.hpp"
#include "sweep.hpp"

namespace cofault::detail {
namespace {

// The trace is made here, before the first fork: what a child makes, its parent does not see. And
// it is empty: a child that dies before its first run leaves no traces of another one.
child_end run_apart(
    const std::function<void()>& work, const options& how,
    const std::function<void()>& tick = [] {}) {
  forget_latest_trace();
  // One that runs may hold a lock, which is never given back in the child.
  reactor::stepped();
  reactor::let_others_rest();
  return run_in_child(work, box().beat, how.max_cpu(), tick);
}

// The coroutines go the same way, at the same times.
bool run_alike(const std::vector<event>& a, const std::vector<event>& b) {
  const auto way = [](const std::vector<event>& all) {
    std::vector<event> out;
    std::copy_if(all.begin(), all.end(), std::back_inserter(out), [](const event& e) {
      return (kinds(e.kind) & kinds(event_kind::arrived, event_kind::jumped,
                                    event_kind::root_returned, event_kind::root_threw)) != 0;
    });
    return out;
  };
  const auto x = way(a), y = way(b);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const event& e, const event& f) {
    return e.kind == f.kind && e.site == f.site && e.time == f.time;
  });
}

runner apart(own_process& each) {
  return [&](const plan& what, attention paid) { return each.make(what, paid); };
}

// Of work in this process whose runs have processes of their own: how the one that died did.
child_end end_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const child_end& end) {
    return end;
  }
  return {};
}

child_end sweep_apart(own_process& each, const options& how, const std::function<void()>& tick) {
  constexpr std::int64_t second = 1'000'000'000;
  std::int64_t told = real_time();
  return end_of([&] {
    sweep(
        [&](const plan& what, attention paid) {
          if (real_time() - told > second / 10) {
            tick();
            told = real_time();
          }
          return each.make(what, paid);
        },
        how);
  });
}

}  // namespace

void sweep_isolated(const driver_factory& body, const options& how) {
  mailbox& b = box();
  progress line(how, STDERR_FILENO);
  const auto tick = [&] { line.tick(real_time() - b.began); };
  const auto here = [&] { sweep(in_this_process(body, how), how); };
  for (;;) {
    own_process* const each = own_process::current();
    const child_end end =
        each == nullptr ? run_apart(here, how, tick) : sweep_apart(*each, how, tick);
    if (end.what == child_end::how::returned) return;
    record_death(end, how);
    if (b.stage != stage_of_sweep::sweep) return;  // even a run without faults dies
    ++b.next;
  }
}

bool needs_other_threads(const driver_factory& body, const options& how) {
  if (!other_threads::exist()) return false;
  const auto run_once = [&] { in_this_process(body, how)(plan(), attention::usual); };
  const child_end end = run_apart(run_once, how);
  if (end.what == child_end::how::stuck)
    box().fail(
        "cofault: the run without faults " + end.words +
        "; it was in a forked child, which has none of the other threads of this process, and "
        "in which a lock that one of them held is never given back: if that is it, make them in "
        "the body, or use options().in_process()");
  if (end.what != child_end::how::returned) return false;
  const trace_buffer& t = trace();
  if ((t.kinds & kinds(event_kind::pending)) != 0) return true;
  // What waits for a thread that is not there may be ended by a time limit.
  if ((t.kinds & kinds(event_kind::jumped)) == 0) return false;
  const std::vector<event> apart(t.events, t.events + t.count());
  const kept_output quiet;
  run_once();
  return !run_alike(apart, {t.events, t.events + t.count()});
}

bool runs_differ(const driver_factory& body, const options& how) {
  const auto work = [&] {
    outcome plain;
    std::vector<event> trace;
    run_without_faults(in_this_process(body, how), how, plain, trace);
  };
  run_apart(work, how);
  if (box().differ) return true;
  box().clear();
  return false;
}

std::string rehearse_isolated(const driver_factory& body, const options& how, const plan& p) {
  const auto work = [&] { rehearse(in_this_process(body, how), how, p); };
  if (!how.isolated()) {
    work();
    return "";
  }
  box().work[0] = p;
  box().work_count = 1;
  own_process* const each = own_process::current();
  const child_end end =
      each == nullptr ? run_apart(work, how) : end_of([&] { rehearse(apart(*each), how, p); });
  if (end.what == child_end::how::returned) return "";
  record_death(end, how);
  return end.output;
}

}  // namespace cofault::detail
