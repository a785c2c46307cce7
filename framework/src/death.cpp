// SPDX-License-Identifier: BSL-1.0
#include "death.hpp"

#include <signal.h>

#include <algorithm>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cofault/family.hpp"
#include "cofault/property/cancellation.hpp"
#include "cofault/property/livelock.hpp"
#include "cofault/property/probe.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/site.hpp"
#include "joined_operation.hpp"
#include "judge.hpp"
#include "mailbox.hpp"
#include "run_state.hpp"
#include "story_report.hpp"
#include "verdicts.hpp"

namespace cofault::detail {
namespace {

std::uint32_t last_user_site() {
  const trace_buffer& t = trace();
  for (std::uint32_t i = t.count(); i-- > 0;)
    if (is_await_point(t.events[i])) return t.events[i].site;
  return 0;
}

// Of what a dying process printed, what fits into a report: the lines in which a sanitizer says
// what is wrong, or else the last ones. Its summary is the same in every process, its headline has
// numbers and addresses of this one.
std::string last_words(const std::string& output) {
  constexpr std::size_t most = 5;
  const char* const headline = output.find("SUMMARY: ") == output.npos ? "ERROR: " : "SUMMARY: ";
  std::vector<std::string> all, telling;
  std::istringstream in(output);
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    line.resize(std::min(line.size(), std::size_t{160}));
    for (const char* mark : {headline, "runtime error: "})
      if (line.find(mark) != line.npos && (telling.empty() || telling.back() != line))
        telling.push_back(line);
    all.push_back(std::move(line));
  }
  if (!telling.empty()) all = std::move(telling);
  std::string out;
  for (std::size_t i = all.size() - std::min(all.size(), most); i < all.size(); ++i)
    out += '\n' + all[i];
  return out;
}

std::uint64_t findings_so_far() {
  const mailbox& b = box();
  std::uint64_t out = 0;
  for (const found& f : std::span(b.items, b.found_count)) out += 1 + f.more;
  return out;
}

// The property finds something, if anybody asks for it.
template <class Property>
bool finds(const outcome& what, const plan& p, const options& how) {
  const Property property;
  const auto all = how.properties();
  if (std::none_of(all.begin(), all.end(),
                   [&](const auto& asked) { return asked->name() == property.name(); }))
    return false;
  const std::uint64_t before = findings_so_far();
  judge(what, p, how.judge(property));
  return findings_so_far() > before;
}

bool has_root_ended(std::span<const event> trace) {
  return std::any_of(trace.begin(), trace.end(), [](const event& e) {
    return e.kind == event_kind::root_returned || e.kind == event_kind::root_threw;
  });
}

// The world waited, or went on, for ever, and took its process with it only when it was destroyed
// with all that was under way there: that it did so is the finding. False: there is none.
bool judge_unfinished(const plan& p, const options& how) {
  const trace_buffer& t = trace();
  outcome what;
  what.fault_free = p.empty();
  what.kinds = t.kinds;
  what.first = t.events;
  what.count = t.count();
  if (t.truncated || !what.has(event_kind::torn_down)) return false;
  const auto all = what.trace();
  const auto end = std::find_if(all.begin(), all.end(),
                                [](const event& e) { return e.kind == event_kind::torn_down; });
  if (has_root_ended({all.begin(), end}))
    return what.has(event_kind::probe_hung) && finds<properties::probe>(what, p, how);
  what.end = ending::hung;
  if (what.has(event_kind::pending))
    return finds<properties::livelock>(what, p, how) || finds<properties::progress>(what, p, how);
  what.end = ending::bounded;
  return what.has(event_kind::overran) && finds<properties::cancellation>(what, p, how);
}

// A coroutine of the program that was being destroyed where it was suspended: what it waited for
// was the last to be gone. Its last await; null: there is none.
const event* being_destroyed(std::span<const event> trace, const family& who) {
  const auto last = std::find_if(trace.rbegin(), trace.rend(), [](const event& e) {
    return e.kind == event_kind::destroyed || e.kind == event_kind::torn_down;
  });
  if (last == trace.rend() || last->kind != event_kind::destroyed) return nullptr;
  std::uint32_t frame = who.awaiter(last->frame);
  while (frame != 0 && !who.is_user(frame)) frame = who.awaiter(frame);
  const auto is_about_it = [&](const event& e) {
    return e.frame == frame && (e.kind == event_kind::destroyed || e.kind == event_kind::arrived);
  };
  const auto at = std::find_if(trace.rbegin(), trace.rend(), is_about_it);
  return frame == 0 || at == trace.rend() || at->kind == event_kind::destroyed ? nullptr : &*at;
}

// The process died only when the world was destroyed, with all that was still suspended: the text
// says so. Returns whom that is blamed on, or else `site`.
std::uint32_t tell_of_teardown(std::uint32_t site, std::string& text) {
  const trace_buffer& t = trace();
  const std::span<const event> all(t.events, t.count());
  text += " when the world was destroyed behind the run, as at the end of the program";
  const family who(all);
  const event* const at = being_destroyed(all, who);
  if (at == nullptr) return site;
  text +=
      ": " + who.name(at->frame) + " was being destroyed, suspended at " + sites::place(at->site);
  return at->site;
}

// The coroutine of the program that was running when the trace ends. Its last await, or its start;
// null: there was none.
const event* running(std::span<const event> trace, const family& who) {
  constexpr kind_set stops =
      kinds(event_kind::suspended, event_kind::returned, event_kind::failed, event_kind::destroyed);
  constexpr kind_set places = kinds(event_kind::arrived, event_kind::resumed, event_kind::started);
  std::vector<bool> stopped;  // by coroutine
  for (auto e = trace.rbegin(); e != trace.rend(); ++e) {
    if (stopped.size() <= e->frame) stopped.resize(e->frame + 1);
    if ((kinds(e->kind) & stops) != 0) stopped[e->frame] = true;
    if ((kinds(e->kind) & places) != 0 && who.is_user(e->frame) && !stopped[e->frame]) return &*e;
  }
  return nullptr;
}

// Where the process died within a coroutine the text says so. Returns whom that is blamed on, or
// else `site`.
std::uint32_t tell_of_running(std::uint32_t site, std::string& text) {
  const trace_buffer& t = trace();
  const std::span<const event> all(t.events, t.count());
  const family who(all);
  const event* const at = running(all, who);
  if (at == nullptr) return site;
  text += " while " + who.name(at->frame) + " was running";
  if (at->kind == event_kind::started) return site;
  text += ", behind its await at " + sites::place(at->site);
  return at->site;
}

}  // namespace

void record_death(const child_end& end, const options& how) {
  mailbox& b = box();
  plan p;
  if (b.stage == stage_of_sweep::sweep && b.next < b.work_count) p = b.work[b.next];
  if (judge_unfinished(p, how)) return;
  std::string text = "the code under test " + end.words;
  const std::uint32_t place = p.empty() ? last_user_site() : site_of_fault(p);
  const bool in_teardown = (trace().kinds & kinds(event_kind::torn_down)) != 0;
  const std::uint32_t site = in_teardown                         ? tell_of_teardown(place, text)
                             : end.what == child_end::how::stuck ? place
                                                                 : tell_of_running(place, text);
  const bool is_bad_code = end.code == SIGILL || (end.code == SIGSEGV && site == 0);
  if (p.empty() && end.what == child_end::how::killed && is_bad_code)
    text += std::string("; g++ 12 ") + (end.code == SIGILL ? "makes" : "can make") +
            " such code of a coroutine that declares nothing and awaits in a condition "
            "(GCC bug 106188): declare a variable in it";
  if (!end.output.empty()) text += "; its last words:" + last_words(end.output);
  if (const auto terminated = terminated_by())
    return b.add(no_termination, terminated->site != 0 ? terminated->site : site, terminated->frame,
                 p, terminated->text);
  b.add(survival, site, 0, p, text);
}

}  // namespace cofault::detail
