// SPDX-License-Identifier: BSL-1.0
#include "finding_report.hpp"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

#include "cofault/detail/source_text.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

constexpr std::size_t most_steps = 8, most_words = 6;

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
  }
  return f.persistent ? out + " from then on" : out;
}

std::string source_at(std::uint32_t site) {
  const site_info& s = sites::site(site);
  return source_line(sites::function(s.function).file, s.line)
      .value_or("(source not found: set COFAULT_SOURCE_ROOT)");
}

std::string ordinal(const char* what, std::uint32_t n) { return what + (" " + std::to_string(n)); }

std::string fault_line(const deviation& d) {
  const std::uint32_t site = sites::find(d.where.site);
  const site_info& s = sites::site(site);
  std::string out = sites::place(site) + " in " + sites::function(s.function).name + "(), ";
  if (d.where.instance > 1) out += ordinal("coroutine", d.where.instance) + ", ";
  if (d.where.visit > 1) out += ordinal("visit", d.where.visit) + ", ";
  out += s.operation[0] == '\0' ? "the co_await" : s.operation;
  return out + " " + in_words(d.what) + " instead of running";
}

std::string clock_text(virtual_time t) {
  std::ostringstream out;
  out << static_cast<double>(t) / 1e9 << " s";
  return out.str();
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
      return name + ": the fault, at " + sites::place(e.site);
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
      return "the clock moves by " + clock_text(static_cast<virtual_time>(e.value));
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

// The steps of the trace in words, where a loop that repeats one or two of them is folded.
std::vector<std::string> steps() {
  const trace_buffer& t = trace();
  const family who({t.events, t.count});
  std::vector<std::string> out;
  std::string last, before;
  std::size_t folded = 0;
  const auto unfold = [&] {
    if (folded > 0) out.push_back("… " + std::to_string(folded) + " repetitions of these");
    folded = 0;
  };
  for (std::uint32_t i = 0; i < t.count; ++i) {
    const event& e = t.events[i];
    std::string text = who.is_user(e.frame) ? step(e, who) : world_step(e);
    if (text.empty()) continue;
    if (text == last || text == before) {
      ++folded;
      continue;
    }
    unfold();
    out.push_back(clock_text(e.time) + "  " + text);
    before = std::exchange(last, std::move(text));
  }
  unfold();
  if (out.size() > most_steps) {
    const std::size_t cut = out.size() - most_steps;
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(cut));
    out.front() = "… " + std::to_string(cut + 1) + " steps before";
  }
  return out;
}

// The coroutines that waited, directly or not, for the one that the fault struck.
void print_journey(std::ostream& out) {
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
  std::size_t lines = 0;
  for (std::uint32_t f = who.awaiter(struck); f != 0 && lines < 4; f = who.awaiter(f))
    if (who.is_user(f))
      out << (lines++ == 0 ? "  awaited  " : "           ") << "by " << who.name(f) << " at "
          << sites::place(place[f]) << " | " << source_at(place[f]) << '\n';
}

// A text of several lines, each behind the same margin; no more than `most` of them.
void print_block(std::ostream& out, const std::string& text, std::size_t most) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line.substr(0, 200));
  for (std::size_t i = 0; i < lines.size() && i < most; ++i)
    out << (i == 0 ? "" : "           ") << lines[i] << '\n';
}

}  // namespace

std::string report_of(const finding& f, std::uint32_t frame) {
  std::ostringstream out;
  out << "violated: " << f.property << '\n';
  if (f.smallest.empty()) out << "  fault    none: this happens in the default run\n";
  for (const deviation& d : f.smallest) out << "  fault    " << fault_line(d) << '\n';
  if (f.site != 0)
    out << "  culprit  " << sites::place(f.site) << " | " << source_at(f.site) << '\n';
  else
    out << "  culprit  unknown: no await point in user code was reached before it\n";
  out << "  because  ";
  print_block(out, f.explanation, most_words);
  print_journey(out);
  const auto last = steps();
  for (std::size_t i = 0; i < last.size(); ++i)
    out << (i == 0 ? "  steps    " : "           ") << last[i] << '\n';
  if (f.more > 0)
    out << "  more     " << f.more << " further plan" << (f.more == 1 ? "" : "s")
        << " with the same culprit\n";
  if (!f.smallest.empty()) out << "  replay   COFAULT_REPLAY='" << encode(f.smallest) << "'\n";
  static_cast<void>(frame);
  return out.str();
}

}  // namespace cofault::detail

namespace cofault {

std::string summary(const exploration& what) {
  std::ostringstream out;
  out << what.trials << " faults at " << what.points << " await points: " << what.findings.size()
      << " finding" << (what.findings.size() == 1 ? "" : "s");
  return out.str();
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
