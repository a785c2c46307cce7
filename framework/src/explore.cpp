// SPDX-License-Identifier: BSL-1.0
#include "cofault/explore.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <system_error>

#include "breakpoint.hpp"
#include "cofault/site.hpp"
#include "covered.hpp"
#include "exception_sight.hpp"
#include "finding_report.hpp"
#include "idle_parts.hpp"
#include "idle_selectors.hpp"
#include "isolation.hpp"
#include "kept_output.hpp"
#include "mailbox.hpp"
#include "nearest_site.hpp"
#include "needed.hpp"
#include "own_process.hpp"
#include "patience.hpp"
#include "ratchet.hpp"
#include "rehearsal.hpp"
#include "replayed_run.hpp"
#include "run_state.hpp"
#include "shrink.hpp"
#include "soundness.hpp"
#include "sweep.hpp"
#include "sweep_notes.hpp"
#include "verdicts.hpp"

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

exploration told_by_box() {
  exploration out;
  out.error = box().error;
  return out;
}

std::string bad_options(const options& how) {
  if (how.injectors().empty())
    return "there are no faults to inject: options().inject() got an empty list; name at least one";
  if (how.injectors().size() > 256)
    return "options().inject() got more than 256 injectors, which plans cannot tell apart";
  if (how.properties().empty())
    return "there is nothing to judge: options().judge() got an empty list; name at least one";
  if (how.strategies().empty())
    return "there is no way to search: options().search() got an empty list; name at least one "
           "strategy";
  if (how.max_time().count() <= 0) return "a budget of 0 ms runs nothing; allow at least one";
  if (how.max_trials() == 0) return "a budget of 0 trials runs nothing; allow at least one";
  if (how.max_visits() == 0)
    return "a budget of 0 visits parks every coroutine at once; allow at least one";
  if (how.max_arrivals() == 0) return "a bound of 0 arrivals stops every run; allow at least one";
  if (how.max_cpu().count() <= 0) return "a watchdog of 0 ms kills every trial; allow at least one";
  return "";
}

std::string bad_environment() {
  const char* const root = std::getenv("COFAULT_SOURCE_ROOT");
  std::error_code ignored;
  if (root == nullptr || *root == '\0' || std::filesystem::is_directory(root, ignored)) return "";
  return "COFAULT_SOURCE_ROOT is '" + std::string(root) +
         "', which is no directory; set it to where the sources are";
}

// The explaining run knows more: what it blames for the same violation is taken over.
void sharpen(finding& f) {
  const found* again = nullptr;
  for (const found& x : std::span(box().items, box().found_count))
    if (x.property == f.property && x.site != 0 && (again == nullptr || x.site == f.site))
      again = &x;
  if (again == nullptr) return;
  f.site = again->site;
  f.explanation = again->text;
}

// Shrunk it may be one that is known.
bool merged(const finding& f, std::vector<finding>& known) {
  for (finding& k : known)
    if (k.property == f.property && k.site == f.site) {
      k.more += f.more + 1;
      return true;
    }
  return false;
}

// Of the plan that has just been rehearsed.
bool is_all_well() {
  const mailbox& b = box();
  return b.found_count == 0 && b.unreached_count == 0 && b.error[0] == '\0';
}

// Runs each finding once more for its steps; the first ones only, since a stuck one takes long. A
// replay shrinks nothing, and shows more of them.
void explain(const driver_factory& body, const options& how, exploration& out, bool shrinking) {
  constexpr std::size_t most = 32;
  // Explaining reuses the mailbox: what it holds is copied first.
  const std::vector<found> items(box().items, box().items + box().found_count);
  for (const found& item : items) {
    finding f{item.property, item.site, item.smallest, item.more, item.text, "", item.at_trial};
    std::vector<std::string> needed;
    forget_latest_trace();
    if (out.findings.size() < most) {
      if (shrinking) shrink(body, how, f);
      needed = what_is_needed(body, how, f);
      box().clear();
      rehearse_isolated(body, how, f.smallest);
      if (shrinking && f.property == survival && is_all_well())
        f.explanation +=
            "; but alone, in a process of its own, that run ends as it should: a run before it may "
            "have spoilt the memory (AddressSanitizer would tell), or remembers it in a global";
      sharpen(f);
    }
    if (merged(f, out.findings)) continue;
    f.report = report_of(f, needed, shrinking ? usual_steps : replayed_steps);
    out.findings.push_back(std::move(f));
  }
  if (items.size() > most)
    out.notes.push_back("only the first " + std::to_string(most) + " findings show their steps");
}

// The first deviation that was not executed, in the words of the text.
std::string missed_part(std::string_view text, const plan& p) {
  const plan missed = box().unreached[0];
  for (const deviation& d : p) {
    const std::string_view part = text.substr(0, text.find(';'));
    if (d == missed[0]) return std::string(part);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return encode(missed);
}

std::string not_reached(const std::string& text, const plan& p, std::string_view source) {
  const std::string part = missed_part(text, p), meant = did_you_mean(part);
  return "the plan '" + text + "' of " + std::string(source) + " was not reached" +
         (p.size() == 1 ? "" : " at " + part) + "; " +
         (meant.empty() ? "reached were " + seen_places(3) + "." : meant) +
         " If it is from a report, the code under test has changed there" +
         (own_process::current() == nullptr
              ? ""
              : ", or its objects have other addresses here, and these decide") +
         ": explore again for a new plan";
}

std::vector<std::string> names_of(const property_list& properties) {
  std::vector<std::string> out;
  for (const auto& p : properties) out.emplace_back(p->name());
  return out;
}

// From now on each run has a process of its own. False: that cannot be.
bool go_apart(const driver_factory& body, const options& how, std::optional<own_process>& each,
              std::vector<std::string>& notes) {
  each.emplace(body, how);
  if (!each->ready()) {
    each.reset();
    return false;
  }
  notes.push_back(why_own_processes());
  const std::int64_t began = box().began;
  box().clear();
  box().began = began;
  return true;
}

// Where the runs of one process are not alike, all is done again, if there is time.
void search_isolated(const driver_factory& body, const options& how,
                     std::optional<own_process>& each, std::vector<std::string>& notes) {
  sweep_isolated(body, how);
  const bool alike = !box().differ && box().unreached_count == 0;
  if (!alike && box().stopped_by != mailbox::time_used_up && go_apart(body, how, each, notes))
    sweep_isolated(body, how);
}

exploration replay(const driver_factory& body, const options& how, const std::string& text,
                   std::string_view source) {
  const breakpoint stop;
  if (!stop.error().empty()) return refused(stop.error());
  plan p;
  try {
    p = parse_plan(text);
  } catch (const bad_plan& bad) {
    exploration out;
    out.error = std::string(bad.what()) + "; it was given by " + std::string(source);
    return out;
  }
  std::optional<own_process> each;
  exploration out;
  if (how.isolated() && runs_differ(body, how)) go_apart(body, how, each, out.notes);
  // A sanitizer's report is longer than what a finding quotes of it.
  if (const std::string printed = rehearse_isolated(body, how, p); !printed.empty())
    std::fprintf(stderr, "cofault: what died in the replayed run had printed:\n%s\n",
                 printed.c_str());
  if (box().error[0] != '\0') return told_by_box();
  if (box().unreached_count > 0) return refused(not_reached(text, p, source));
  out.trials = 1;
  out.judged = names_of(how.properties());
  out.covered = {{"replayed plans", 1, 1}};
  out.failures.assign(box().failures, box().failures + box().failure_count);
  out.replayed = run_just_replayed();
  explain(body, how, out, false);
  if (const std::string why = stop.run(body, how, p, out.findings); !why.empty())
    return refused(why);
  out.notes.push_back(
      "replayed one plan: " + text +
      (each ? "; where addresses are others than in the process it is from, it may show less"
            : ""));
  return out;
}

constexpr const char* all_in_this_process =
    "all runs were in this process, and a crash would end it: in a forked child, which has none of "
    "its other threads, the run without faults waits in vain; make the threads in the body where "
    "that can be";

exploration explore_alone(const driver_factory& body, const options& asked,
                          const std::source_location& caller) {
  if (run_state::current() != nullptr)
    return refused(
        "explore() was called by the code of a run that is under way; it cannot be nested");
  const std::unique_lock lock(under_way(), std::try_to_lock);
  if (!lock.owns_lock())
    return refused(
        "another thread is exploring; explorations share one fake clock: run them one "
        "after the other");
  if (const std::string why = bad_options(asked); !why.empty()) return refused(why);
  if (!exceptions_are_seen())
    return refused(
        "the exceptions of this test are not seen, so nothing could be told about them: another "
        "__cxa_throw comes before cofault's, as in a library that is opened by dlopen(); link that "
        "library with -Wl,-Bsymbolic-functions");
  sites::add_peer(caller.file_name());
  sites::recount();
  box().clear();
  if (rehearsing* const part = rehearsing::current()) return rehearse_alone(*part, body, asked);
  if (const std::string why = bad_environment(); !why.empty()) return refused(why);
  patience::begin_anew();
  const bool is_tied = asked.isolated() && needs_other_threads(body, asked);
  if (box().error[0] != '\0') return told_by_box();
  box().clear();
  const options how = is_tied ? asked.in_process() : asked;
  // In a child the output is kept, too: only so is it seen that a handler prints.
  std::optional<kept_output> quiet;
  if (!how.isolated()) quiet.emplace();
  if (!how.replayed().empty()) return replay(body, how, how.replayed(), "options().replay()");
  if (const char* text = std::getenv("COFAULT_REPLAY"); text != nullptr && *text != '\0')
    return replay(body, how, text,
                  "COFAULT_REPLAY (which every explore() of the process obeys: run the one test it "
                  "is from)");
  if (breakpoint::is_wanted()) return refused(breakpoint::needs_a_plan());
  ratchet baseline(how);
  if (!baseline.error().empty()) return refused(baseline.error());

  std::optional<own_process> each;
  std::vector<std::string> told;
  if (is_tied) told.emplace_back(all_in_this_process);
  if (how.isolated())
    search_isolated(body, how, each, told);
  else
    sweep(in_this_process(body, how), how);
  if (box().error[0] != '\0') return told_by_box();
  exploration out;
  const std::vector<std::string> nowhere = idle_selectors(how);
  if (!nowhere.empty() && idle_selectors_are_errors()) return refused(nowhere.front());
  if (const std::string why = vacuous(); !why.empty()) return refused(why);
  out.points = box().points;
  out.trials = box().trials;
  out.unreached = box().unreached_count;
  out.judged = names_of(how.properties());
  out.covered = covered();
  out.complete = complete(how);
  out.notes = notes_of(how);
  for (const auto& list : {idle_parts(how), nowhere})
    told.insert(told.end(), list.begin(), list.end());
  out.notes.insert(out.notes.end(), told.begin(), told.end());
  const std::vector<std::string> open = undecided(how);
  told.insert(told.end(), open.begin(), open.end());
  out.failures.assign(box().failures, box().failures + box().failure_count);
  explain(body, how, out, true);
  quiet.reset();  // what the baseline asks is meant to be read
  baseline.apply(out);
  if (out.clean()) tell(told);
  return out;
}

}  // namespace

exploration explore(const driver_factory& body, const options& how, std::source_location caller) {
  exploration out = explore_alone(body, how, caller);
  if (detail::rehearsing::current() == nullptr) detail::note_explored(out);
  return out;
}

}  // namespace cofault
