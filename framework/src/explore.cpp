// SPDX-License-Identifier: BSL-1.0
#include "cofault/explore.hpp"

#include <cstdlib>
#include <mutex>

#include "child.hpp"
#include "cofault/site.hpp"
#include "finding_report.hpp"
#include "mailbox.hpp"
#include "run_state.hpp"
#include "sweep.hpp"

namespace cofault {
namespace {

using namespace detail;

// Explorations share one mailbox and one trace.
std::mutex& under_way() {
  static std::mutex mutex;
  return mutex;
}

exploration refused(std::string sentence) {
  exploration out;
  out.error = "cofault: " + std::move(sentence);
  return out;
}

std::string bad_options(const options& how) {
  if (how.injectors().empty())
    return "there are no faults to inject: options().inject() got an empty list; name at least one";
  if (how.properties().empty())
    return "there is nothing to judge: options().judge() got an empty list; name at least one";
  if (how.max_trials() == 0) return "a budget of 0 trials runs nothing; allow at least one";
  if (how.max_visits() == 0)
    return "a budget of 0 visits parks every coroutine at once; allow at least one";
  if (how.max_arrivals() == 0) return "a bound of 0 arrivals stops every run; allow at least one";
  if (how.max_cpu().count() <= 0) return "a watchdog of 0 ms kills every trial; allow at least one";
  return "";
}

std::uint32_t last_user_site() {
  const trace_buffer& t = trace();
  for (std::uint32_t i = t.count; i-- > 0;)
    if (t.events[i].kind == event_kind::arrived && (t.events[i].value & await_user) != 0)
      return t.events[i].site;
  return 0;
}

// A trial took its process with it.
void record_death(const child_end& end) {
  mailbox& b = box();
  const plan p =
      b.stage == stage_of_sweep::sweep && b.next < b.work_count ? b.work[b.next] : plan();
  std::string text = "the code under test " + end.words;
  if (!end.output.empty()) text += "; its last words:\n" + end.output;
  const std::uint32_t site = p.empty() ? last_user_site() : sites::find(p[0].where.site);
  b.add("the process survives", site, 0, p, text);
}

void sweep_isolated(const driver_factory& body, const options& how) {
  mailbox& b = box();
  for (;;) {
    const child_end end = run_in_child([&] { sweep(body, how); }, b.beat, how.max_cpu());
    if (end.what == child_end::how::returned) return;
    record_death(end);
    if (b.stage != stage_of_sweep::sweep) return;  // even the default run dies
    ++b.next;
  }
}

void rehearse_isolated(const driver_factory& body, const options& how, const plan& p) {
  const auto work = [&] { rehearse(body, how, p); };
  if (!how.isolated()) return work();
  box().work[0] = p;
  box().work_count = 1;
  const child_end end = run_in_child(work, box().beat, how.max_cpu());
  if (end.what != child_end::how::returned) record_death(end);
}

std::string list_of(const plan* plans, std::uint32_t count) {
  std::string out;
  for (std::uint32_t i = 0; i < count && i < 3; ++i) out += (i > 0 ? ", " : "") + encode(plans[i]);
  return count > 3 ? out + ", …" : out;
}

std::string places_of(const std::uint32_t* list, std::uint32_t count) {
  std::string out;
  for (std::uint32_t i = 0; i < count && i < 5; ++i)
    out += (i > 0 ? ", " : "") + sites::place(list[i]);
  return count > 5 ? out + ", …" : out;
}

std::vector<std::string> notes_of(const options& how) {
  const mailbox& b = box();
  std::vector<std::string> out;
  if (b.next < b.work_count && b.trials >= how.max_trials())
    out.push_back("stopped by the bound of " + std::to_string(how.max_trials()) +
                  " trials: " + std::to_string(b.work_count - b.next) + " plans were not run");
  if (b.work_cut) out.push_back("there were more plans than one exploration can hold");
  if (b.found_cut) out.push_back("there were more findings than one exploration can hold");
  if (b.unreached_count > 0)
    out.push_back(std::to_string(b.unreached_count) +
                  " planned faults were not reached, and do not "
                  "count as passed: " +
                  list_of(b.unreached, b.unreached_count));
  if (b.bounded_count > 0)
    out.push_back(std::to_string(b.bounded_count) + " runs were stopped by the bound of " +
                  std::to_string(how.max_arrivals()) +
                  " await points, undecided: " + list_of(b.bounded, b.bounded_count));
  if (b.later_count > 0)
    out.push_back(
        std::to_string(b.later_count) +
        " await points were first reached behind a fault: " + places_of(b.later, b.later_count));
  return out;
}

// Why an exploration that found nothing would prove nothing.
std::string vacuous(const options& how) {
  const mailbox& b = box();
  if (b.stage != stage_of_sweep::done || b.found_count > 0 || b.failure_count > 0) return "";
  if (b.points == 0)
    return "no await point in user code was reached, so no fault could be injected; name the code "
           "under test with cofault_instrument(target) in CMake or COFAULT_USER_CODE(__FILE__)";
  if (b.work_count > 0) return "";
  std::string where;
  for (const auto& injector : how.injectors())
    if (!injector->where().empty()) where += (where.empty() ? "" : ", ") + injector->where();
  if (where.empty())
    return "none of the " + std::to_string(b.points) +
           " reached await points can take any of the "
           "faults; choose others with options().inject()";
  return "the selector " + where + " matches none of the " + std::to_string(b.points) +
         " await points that were reached; see the list in options().inject() of what it names";
}

void explain(const driver_factory& body, const options& how, exploration& out) {
  // Explaining reuses the mailbox: what it holds is copied first.
  const std::vector<found> items(box().items, box().items + box().found_count);
  for (const found& item : items) {
    finding f{item.property, item.site, item.smallest, item.more, item.text, ""};
    box().clear();
    rehearse_isolated(body, how, item.smallest);
    f.report = report_of(f, item.frame);
    out.findings.push_back(std::move(f));
  }
}

exploration replay(const driver_factory& body, const options& how, const std::string& text) {
  plan p;
  try {
    p = parse_plan(text);
  } catch (const bad_plan& bad) {
    exploration out;
    out.error = bad.what();
    return out;
  }
  exploration out;
  rehearse_isolated(body, how, p);
  if (box().error[0] != '\0') {
    out.error = box().error;
    return out;
  }
  if (box().unreached_count > 0)
    return refused("the replayed plan was not reached at " +
                   list_of(box().unreached, box().unreached_count) +
                   "; the code under test has changed there: explore again for a new plan");
  out.trials = 1;
  explain(body, how, out);
  out.notes.push_back("replayed one plan: " + text);
  return out;
}

}  // namespace

exploration explore(const driver_factory& body, const options& how, std::source_location caller) {
  if (run_state::current() != nullptr)
    return refused(
        "explore() was called by the code of a run that is under way; it cannot be nested");
  const std::unique_lock lock(under_way(), std::try_to_lock);
  if (!lock.owns_lock())
    return refused(
        "another thread is exploring; explorations share one fake clock: run them one "
        "after the other");
  if (const std::string why = bad_options(how); !why.empty()) return refused(why);
  sites::add_peer(caller.file_name());
  box().clear();
  const char* from_environment = std::getenv("COFAULT_REPLAY");
  if (!how.replayed().empty()) return replay(body, how, how.replayed());
  if (from_environment != nullptr) return replay(body, how, from_environment);

  if (how.isolated())
    sweep_isolated(body, how);
  else
    sweep(body, how);
  exploration out;
  if (box().error[0] != '\0') {
    out.error = box().error;
    return out;
  }
  if (const std::string why = vacuous(how); !why.empty()) return refused(why);
  out.points = box().points;
  out.trials = box().trials;
  out.unreached = box().unreached_count;
  out.notes = notes_of(how);
  out.failures.assign(box().failures, box().failures + box().failure_count);
  explain(body, how, out);
  return out;
}

}  // namespace cofault
