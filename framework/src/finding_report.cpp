// SPDX-License-Identifier: BSL-1.0
#include "finding_report.hpp"

#include <errno.h>

#include <algorithm>
#include <span>
#include <sstream>
#include <vector>

#include "cofault/detail/root.hpp"
#include "cofault/detail/source_text.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "counted.hpp"
#include "covered.hpp"
#include "joined_operation.hpp"
#include "run_state.hpp"
#include "steps_report.hpp"
#include "story_report.hpp"
#include "text_layout.hpp"

namespace cofault::detail {
namespace {

constexpr std::size_t most_words = 6, most_source = 120;
constexpr std::string_view margin = "           ";  // behind it: everything but the labels
constexpr std::size_t width = 100 - margin.size();

std::string_view in_words(moment when) {
  switch (when) {
    case moment::running:
      return "before the operation starts";
    case moment::suspended:
      return "while it is suspended";
    case moment::due:
      return "at the time of its completion, just before that";
    case moment::late:
      return "when it is complete, before the coroutine is resumed";
    case moment::resumed:
      return "in the step in which it is resumed";
    case moment::start:
      return "before its first step";
    case moment::end:
      return "after its completion";
  }
  return "";
}

std::string times(unsigned n) { return n == 1 ? "" : ", " + std::to_string(n) + " times in a row"; }

std::string request_in_words(const fault& f) {
  std::string out = f.kind == fault_kind::stop           ? "the runtime is stopped"
                    : f.kind == fault_kind::destroy      ? "the world is destroyed"
                    : f.kind == fault_kind::cancel_child ? "the spawned chain is cancelled"
                                                         : "the root is cancelled";
  if (is_cancellation(f.kind) && f.value != 0)
    out.append(" ('").append(name_of(static_cast<cancel_strength>(f.value))).append("')");
  return out + " " + std::string(in_words(f.when));
}

std::string in_words(const fault& f) {
  std::string out;
  switch (f.kind) {
    case fault_kind::throw_error:
      out = "throws '" + std::string(name_of(static_cast<io_error>(f.value))) + "'";
      break;
    case fault_kind::throw_value:
      out = "throws the test's exception no. " + std::to_string(f.value + 1);
      break;
    case fault_kind::code:
      out = "reports the error code '" + std::string(name_of(static_cast<io_error>(f.value))) + "'";
      break;
    case fault_kind::delay:
      return "everything else that is ready runs first" + times(f.value);
    case fault_kind::random:
      return "each step takes any of what is ready";
    case fault_kind::pct:
      return "chains of coroutines run by priorities that change " + counted(f.value - 1u, "time");
    default:
      return request_in_words(f);
  }
  out += " instead of running";
  if (f.tries == 0) return out + ", and so each time it is tried again";
  return f.tries == 1 ? out : out + ", for " + counted(f.tries, "try", "tries");
}

// "pool.cpp:31 | co_await reset();"
std::string quote(std::uint32_t site) {
  const site_info& s = sites::site(site);
  const std::string source = source_of_await(sites::function(s.function).file, s.line)
                                 .value_or("(source not found: set COFAULT_SOURCE_ROOT)");
  return cut(sites::place(site) + " | " + source, most_source);
}

// The first line stands behind a label of the margin's width, the others behind the margin.
void print(std::ostream& out, std::string_view label, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i)
    out << (i == 0 ? label : margin) << lines[i] << '\n';
}

std::vector<std::string> fault_lines(const deviation& d) {
  if (d.where == root_point() || is_schedule(d.what.kind)) return {in_words(d.what)};
  const std::uint32_t site = sites::find(d.where.site);
  const site_info& s = sites::site(site);
  const bool known = site != 0;
  std::string text(known && !s.operation.empty() ? s.operation : "the co_await");
  if (is_failure(d.what.kind))
    text += " " + in_words(d.what);
  else
    text = in_words(d.what);
  if (known) text.append(", in ").append(sites::function(s.function).name).append("()");
  if (d.where.instance > 1) text += ", coroutine " + std::to_string(d.where.instance);
  if (d.where.visit > 1) text += ", visit " + std::to_string(d.where.visit);
  std::vector<std::string> out = wrapped(text, width, 2);
  out.insert(out.begin(), known ? quote(site) : "an await point that was not reached here");
  return out;
}

// The coroutines that waited, directly or not, for the one that the last fault struck.
std::vector<std::string> journey() {
  const trace_buffer& t = trace();
  const family who({t.events, t.count()});
  const event* const strike = last_strike({t.events, t.count()});
  if (strike == nullptr) return {};
  const std::uint32_t struck = owner_of(strike->frame, who);
  std::vector<std::uint32_t> place;
  for (const event* e = t.events; e != strike; ++e) {
    if (place.size() <= e->frame) place.resize(e->frame + 1);
    if (e->kind == event_kind::arrived) place[e->frame] = e->site;
  }
  // Who had reached no await by then came to await what had started by itself.
  const auto place_of = [&](std::uint32_t f, std::uint32_t awaited) {
    const bool waited = f < place.size() && place[f] != 0;
    return waited ? place[f] : t.events[who.awaited_at(awaited)].site;
  };
  std::vector<std::string> out;
  for (std::uint32_t at = struck, f = who.awaiter(at); f != 0 && out.size() < 4;
       at = f, f = who.awaiter(at))
    if (who.is_user(f)) out.push_back("by " + who.name(f) + " at " + quote(place_of(f, at)));
  return out;
}

// "with the fault", to set its steps apart from those without.
std::string heading(const plan& p) {
  if (p.empty() || trace().count() == 0) return "";
  if (p.size() > 1) return p.size() == 2 ? "with both" : "with all " + std::to_string(p.size());
  if (is_schedule(p[0].what.kind)) return "with this schedule";
  return is_of_schedule(p[0].what.kind) ? "with the delay" : "with the fault";
}

// What to type to see this finding alone.
std::string replay_command(const plan& p) {
  const std::string plan = p.empty() ? "none" : encode(p);
  std::string out = "COFAULT_REPLAY='" + plan + "' ./" + program_invocation_short_name;
  if (const std::string test = test_name(); !test.empty()) out += " --gtest_filter=" + test;
  return out;
}

}  // namespace

std::string report_of(const finding& f, const std::vector<std::string>& needed,
                      std::size_t most_steps) {
  std::ostringstream out;
  out << "violated: " << f.property << '\n';
  if (f.smallest.empty()) print(out, "  fault    ", {"none: this happens in the default run"});
  for (const deviation& d : f.smallest)
    print(out, is_of_schedule(d.what.kind) ? "  delay    " : "  fault    ", fault_lines(d));
  std::vector<std::string> story = story_of(f);
  for (std::string& line : story) line = cut(std::move(line), most_source);
  if (story.empty()) print(out, "  awaited  ", journey());  // it tells of who got the fault
  print(
      out, "  culprit  ",
      {f.site != 0 ? quote(f.site) : "unknown: no await point in user code was reached before it"});
  print(out, "  because  ", wrapped(f.explanation, width, most_words));
  print(out, "  story    ", story);
  print(out, "  needed   ", needed);
  print(out, "  steps    ", steps_of_run(heading(f.smallest), most_steps));
  if (f.more > 0)
    print(out, "  more     ", {counted(f.more, "further plan") + " with the same culprit"});
  if (is_acceptable(f))
    print(out, "  accept   ",
          {"if this is meant so, write \"// cofault: deliberate\" on that line"});
  print(out, "  replay   ", {replay_command(f.smallest)});
  return out.str();
}

}  // namespace cofault::detail

namespace cofault {

std::string summary(const exploration& what) {
  std::string out;
  for (const coverage& c : what.covered) {
    out += (out.empty() ? "" : ", ") + detail::in_words(c);
    if (&c == &what.covered.front() && what.points > 0)
      out += " at " + detail::counted(what.points, "await point");
  }
  if (out.empty()) out = "no fault at " + detail::counted(what.points, "await point");
  out += ": " + detail::counted(what.findings.size(), "finding");
  return what.known.empty() ? out : out + ", " + std::to_string(what.known.size()) + " known";
}

std::string describe(const exploration& what) {
  if (!what.error.empty()) return what.error + "\n";
  std::string out;
  for (const std::string& failure : what.failures) out += failure + "\n";
  for (const finding& f : what.findings) out += f.report + "\n";
  out += summary(what) + "\n";
  for (const std::string& note : what.notes) out += "note: " + note + "\n";
  return out;
}

}  // namespace cofault
