// SPDX-License-Identifier: BSL-1.0
#include "finding_report.hpp"

#include <errno.h>

#include <algorithm>
#include <span>
#include <sstream>
#include <utility>
#include <vector>

#include "cofault/detail/root.hpp"
#include "cofault/detail/source_text.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "run_state.hpp"
#include "story_report.hpp"

namespace cofault::detail {
namespace {

constexpr std::size_t most_steps = 7, most_without = 4, most_words = 6, most_columns = 100,
                      most_source = 120;
constexpr std::string_view margin = "           ";  // behind it: everything but the labels

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

std::string counted(std::uint64_t n, const std::string& one, const std::string& more) {
  return std::to_string(n) + " " + (n == 1 ? one : more);
}
std::string counted(std::uint64_t n, const std::string& noun) {
  return counted(n, noun, noun + "s");
}

// 3486: "3,486".
std::string grouped(std::uint64_t n) {
  const std::string digits = std::to_string(n);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
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

bool begins_character(char c) { return (c & 0xC0) != 0x80; }  // in UTF-8

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string cut(std::string text, std::size_t most) {
  if (columns(text) <= most) return text;
  while (columns(text) >= most || !begins_character(text.back())) text.pop_back();
  text.pop_back();
  return text + "…";
}

// "pool.cpp:31 | co_await reset();"
std::string quote(std::uint32_t site) {
  const site_info& s = sites::site(site);
  const std::string source = source_line(sites::function(s.function).file, s.line)
                                 .value_or("(source not found: set COFAULT_SOURCE_ROOT)");
  return cut(sites::place(site) + " | " + source, most_source);
}

// The lines of a text that fit behind the margin: broken between words, the rest cut.
std::vector<std::string> wrapped(const std::string& text, std::size_t most_lines) {
  const std::size_t width = most_columns - margin.size();
  std::vector<std::string> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    std::string part = line.substr(0, indent);
    std::istringstream words(line.substr(0, 400));
    bool empty = true;
    for (std::string word; words >> word; empty = false) {
      if (!empty && columns(part) + 1 + columns(word) > width) {
        out.push_back(std::exchange(part, word));
        continue;
      }
      part += (empty ? "" : " ") + word;
    }
    if (!empty) out.push_back(part);
  }
  if (out.size() > most_lines) out.resize(most_lines);
  return out;
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
  std::string text = known && s.operation[0] != '\0' ? s.operation : "the co_await";
  if (is_failure(d.what.kind))
    text += " " + in_words(d.what);
  else
    text = in_words(d.what);
  if (known) text.append(", in ").append(sites::function(s.function).name).append("()");
  if (d.where.instance > 1) text += ", coroutine " + std::to_string(d.where.instance);
  if (d.where.visit > 1) text += ", visit " + std::to_string(d.where.visit);
  std::vector<std::string> out = wrapped(text, 2);
  out.insert(out.begin(), known ? quote(site) : "an await point that was not reached here");
  return out;
}

std::string clock_text(virtual_time t) {
  std::ostringstream out;
  out << static_cast<double>(t) / 1e9 << " s";
  return out.str();
}

std::string cancelled_chain(const event& e, const family& who) {
  return e.other == 0 ? "the root" : "the chain of " + who.name(e.other);
}

// What a step looks like to a reader; "" for those that say nothing new.
std::string step(const event& e, const family& who) {
  const std::string name = who.name(e.frame);
  switch (e.kind) {
    case event_kind::arrived:
      return name + " awaits at " + sites::place(e.site);
    case event_kind::returned:
      return name + " returns";
    case event_kind::failed:
      return name + " ends by an exception";
    case event_kind::faulted:
      if ((e.value & faulted_request) != 0) return "";  // the next event says it
      return name + " gets the fault at " + sites::place(e.site);
    case event_kind::cancelling:
      return cancelled_chain(e, who) + " is cancelled: " + name + " is at " + sites::place(e.site);
    case event_kind::delayed:
      return name + " would go on at " + sites::place(e.site) + ", and is delayed";
    case event_kind::ended_early:
      return std::string(e.value != 0 ? "the runtime is stopped: " : "the world is destroyed: ") +
             name + " is at " + sites::place(e.site);
    case event_kind::parked:
      return name + " is parked at " + sites::place(e.site);
    case event_kind::pending:
      return name + " waits at " + sites::place(e.site) + ", for ever";
    case event_kind::dropped:
      return name + " drops " + who.name(e.other) + ", which never ran";
    default:
      return "";
  }
}

// The same for what belongs to no coroutine.
std::string world_step(const event& e) {
  switch (e.kind) {
    case event_kind::jumped:
      if (e.value == 0) return "";  // the runtime only looked at its queues
      return "the clock moves by " + clock_text(static_cast<virtual_time>(e.value));
    case event_kind::cancelling:
      return "the root is cancelled";
    case event_kind::ticking:
      return "only timers tick beside the root: what they wake is stopped";
    case event_kind::root_returned:
      return "the root completes";
    case event_kind::root_threw:
      return "the root completes with an exception";
    case event_kind::escaped:
      return "an exception leaves the event loop";
    case event_kind::probe_started:
      return "the probe starts";
    case event_kind::probe_hung:
      return "the probe never completes";
    case event_kind::probe_differs:
      return "the probe gives another answer than without the fault";
    case event_kind::probe_threw:
      return "the probe throws";
    default:
      return "";
  }
}

const std::string fold = "… the same ";

// The steps of the trace in words, where a loop that repeats one or two of them is folded.
// `struck`: at which of them the fault came; none: 0.
std::vector<std::string> all_steps(std::span<const event> events, std::size_t& struck) {
  const family who(events);
  std::vector<std::string> out;
  std::string last, before;
  std::size_t folded = 0;
  std::uint32_t parked = 0;
  const auto unfold = [&] {
    if (folded > 0) out.push_back(fold + counted(folded, "more time"));
    folded = 0;
  };
  for (const event& e : events) {
    if (e.kind == event_kind::parked) parked = e.frame;
    if (e.kind == event_kind::pending && e.frame == parked) continue;  // no news
    std::string text = who.is_user(e.frame) ? step(e, who) : world_step(e);
    if (text.empty()) continue;
    if (text == last || text == before) {
      ++folded;
      continue;
    }
    unfold();
    const bool fault = e.kind == event_kind::faulted || e.kind == event_kind::delayed ||
                       e.kind == event_kind::cancelling || e.kind == event_kind::ended_early;
    if (fault && struck == 0) struck = out.size();
    out.push_back(clock_text(e.time) + "  " + text);
    before = std::exchange(last, std::move(text));
  }
  unfold();
  return out;
}

std::span<const event> last_run() { return {trace().events, trace().count}; }

// Of the steps, the last ones and that of the fault.
std::vector<std::string> steps() {
  std::size_t struck = 0;
  const std::vector<std::string> all = all_steps(last_run(), struck);
  if (all.size() <= most_steps) return all;
  std::vector<std::string> out;
  const auto leave_out = [&](std::size_t from, std::size_t to) {
    if (to == from + 1) out.push_back(all[from]);
    if (to > from + 1) out.push_back("… " + counted(to - from, "step"));
  };
  std::size_t rest = all.size() - (most_steps - 1);
  if (struck < rest) rest += struck > 0 ? 2 : 1;
  while (all[rest].starts_with(fold)) ++rest;
  if (struck < rest) {
    leave_out(0, struck);
    out.push_back(all[struck]);
    leave_out(struck + 1, rest);
  } else {
    leave_out(0, rest);
  }
  out.insert(out.end(), all.begin() + static_cast<std::ptrdiff_t>(rest), all.end());
  return out;
}

// The coroutines that waited, directly or not, for the one that the fault struck.
std::vector<std::string> journey() {
  const trace_buffer& t = trace();
  const family who({t.events, t.count});
  std::vector<std::uint32_t> place;
  std::uint32_t struck = 0;
  for (std::uint32_t i = 0; i < t.count && struck == 0; ++i) {
    const event& e = t.events[i];
    if (place.size() <= e.frame) place.resize(e.frame + 1);
    if (e.kind == event_kind::arrived) place[e.frame] = e.site;
    if (e.kind == event_kind::faulted) struck = e.frame;
  }
  std::vector<std::string> out;
  for (std::uint32_t f = who.awaiter(struck); f != 0 && out.size() < 4; f = who.awaiter(f))
    if (who.is_user(f)) out.push_back("by " + who.name(f) + " at " + quote(place[f]));
  return out;
}

// What to type to see this finding alone.
std::string replay_command(const plan& p) {
  std::string out = "COFAULT_REPLAY='" + encode(p) + "' ./" + program_invocation_short_name;
  if (const std::string test = test_name(); !test.empty()) out += " --gtest_filter=" + test;
  return out;
}

// What the run without faults did from where the other one left its course.
std::vector<std::string> without() {
  std::size_t ignored = 0;
  const std::vector<std::string> plain = all_steps(plain_run(), ignored),
                                 faulted = all_steps(last_run(), ignored);
  const auto [at, there] =
      std::mismatch(plain.begin(), plain.end(), faulted.begin(), faulted.end());
  std::vector<std::string> out;
  const auto rest = static_cast<std::size_t>(plain.end() - at);
  if (rest <= most_without) return {at, plain.end()};
  out.assign(at, at + static_cast<std::ptrdiff_t>(most_without) - 2);
  out.push_back("… " + counted(rest - most_without + 1, "step"));
  out.push_back(plain.back());
  return out;
}

}  // namespace

std::string report_of(const finding& f, std::uint32_t) {
  std::ostringstream out;
  out << "violated: " << f.property << '\n';
  if (f.smallest.empty()) print(out, "  fault    ", {"none: this happens in the default run"});
  for (const deviation& d : f.smallest)
    print(out, is_of_schedule(d.what.kind) ? "  delay    " : "  fault    ", fault_lines(d));
  print(
      out, "  culprit  ",
      {f.site != 0 ? quote(f.site) : "unknown: no await point in user code was reached before it"});
  print(out, "  because  ", wrapped(f.explanation, most_words));
  std::vector<std::string> story = story_of(f);
  for (std::string& line : story) line = cut(std::move(line), most_source);
  if (story.empty())
    print(out, "  awaited  ", journey());
  else
    print(out, "  story    ", story);
  print(out, "  steps    ", steps());
  if (!f.smallest.empty() && trace().count > 0) print(out, "  without  ", without());
  if (f.more > 0)
    print(out, "  more     ", {counted(f.more, "further plan") + " with the same culprit"});
  if (is_acceptable(f))
    print(out, "  accept   ",
          {"if this is meant so, write \"// cofault: deliberate\" on that line"});
  if (!f.smallest.empty()) print(out, "  replay   ", {replay_command(f.smallest)});
  return out.str();
}

}  // namespace cofault::detail

namespace cofault {

namespace {

// "1 fault", "all 84 faults", "3,000 of 3,486 pairs".
std::string in_words(const coverage& c) {
  const std::string name = c.planned == 1 ? c.what.substr(0, c.what.size() - 1) : c.what;
  const std::string planned = detail::grouped(c.planned) + " " + name;
  if (c.run < c.planned) return detail::grouped(c.run) + " of " + planned;
  return (c.planned == 1 ? "" : "all ") + planned;
}

}  // namespace

std::string summary(const exploration& what) {
  std::string out;
  for (const coverage& c : what.covered) {
    out += (out.empty() ? "" : ", ") + in_words(c);
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
