// SPDX-License-Identifier: BSL-1.0
#include "steps_report.hpp"

#include <algorithm>
#include <span>
#include <sstream>
#include <utility>

#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "counted.hpp"
#include "joined_operation.hpp"
#include "run_state.hpp"
#include "text_layout.hpp"

namespace cofault::detail {
namespace {

constexpr std::size_t least_without = 4, most_columns = 58;

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
      return who.name(owner_of(e.frame, who)) + " gets the fault at " + sites::place(e.site);
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
    if (folded > 0)
      out.push_back(fold + grouped(folded) + (folded == 1 ? " more time" : " more times"));
    folded = 0;
  };
  for (const event& e : events) {
    if (e.kind == event_kind::parked) parked = e.frame;
    if (e.kind == event_kind::pending && e.frame == parked) continue;  // no news
    const bool of_program = who.is_user(e.frame) || e.kind == event_kind::faulted;
    std::string text = of_program ? step(e, who) : world_step(e);
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

std::span<const event> last_run() { return {trace().events, trace().count()}; }

// A line of the report: one step, or several in a word.
struct row {
  std::string text;
  std::size_t step;  // the first of them
};

// The last steps, and that of the first fault.
std::vector<row> rows_of(const std::vector<std::string>& all, std::size_t struck,
                         std::size_t most) {
  std::vector<row> out;
  const auto show = [&](std::size_t from, std::size_t to) {
    for (; from < to; ++from) out.push_back({all[from], from});
  };
  const auto leave_out = [&](std::size_t from, std::size_t to) {
    if (to <= from + 1) return show(from, to);
    out.push_back({"… " + counted(to - from, "step"), from});
  };
  if (all.size() <= most) {
    show(0, all.size());
    return out;
  }
  std::size_t rest = all.size() - (most - 1);
  if (struck < rest) rest += struck > 0 ? 2 : 1;
  while (all[rest].starts_with(fold)) ++rest;
  if (struck < rest) {
    leave_out(0, struck);
    show(struck, struck + 1);
    leave_out(struck + 1, rest);
  } else {
    leave_out(0, rest);
  }
  show(rest, all.size());
  return out;
}

// The first steps behind `from` and the last one, in at most so many lines.
std::vector<std::string> outline(const std::vector<std::string>& all, std::size_t from,
                                 std::size_t most) {
  const std::size_t rest = all.size() - from;
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
  if (rest <= most) return {begin, all.end()};
  std::vector<std::string> out(begin, begin + static_cast<std::ptrdiff_t>(most) - 2);
  out.push_back("… " + counted(rest - most + 1, "step"));
  out.push_back(all.back());
  return out;
}

// Beside each other from line `line` of the left ones on.
std::vector<std::string> beside(std::vector<std::string> left, std::size_t line,
                                const std::vector<std::string>& right) {
  left.resize(std::max(left.size(), line + right.size()));
  std::size_t width = 0;
  for (std::size_t i = line; i < left.size(); ++i) {
    left[i] = cut(std::move(left[i]), most_columns);
    width = std::max(width, columns(left[i]));
  }
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::string& text = left[line + i];
    text.append(width - columns(text), ' ').append(" | ");
    text += cut(right[i], most_columns);
  }
  return left;
}

}  // namespace

std::vector<std::string> steps_of_run(std::string_view with, std::size_t most) {
  std::size_t struck = 0, ignored = 0;
  const std::vector<std::string> faulted = all_steps(last_run(), struck),
                                 plain = all_steps({plain_trace().events, plain_trace().count()},
                                                   ignored);
  const auto parted = static_cast<std::size_t>(
      std::mismatch(faulted.begin(), faulted.end(), plain.begin(), plain.end()).first -
      faulted.begin());
  std::vector<std::string> out;
  std::size_t line = 0;
  for (const row& r : rows_of(faulted, struck, most)) {
    if (r.step <= parted) line = out.size();
    out.push_back(r.text);
  }
  if (with.empty() || parted == faulted.size()) return out;
  const std::size_t lines = std::max(least_without, out.size() - line);
  std::vector<std::string> right = outline(plain, parted, lines);
  right.insert(right.begin(), "without");
  out.insert(out.begin() + static_cast<std::ptrdiff_t>(line), std::string(with));
  return beside(std::move(out), line, right);
}

std::string last_step() {
  std::size_t ignored = 0;
  const std::vector<std::string> all = all_steps(last_run(), ignored);
  const auto told = [](const std::string& text) { return !text.starts_with(fold); };
  const auto last = std::find_if(all.rbegin(), all.rend(), told);
  if (last == all.rend()) return "nothing happens";
  const std::size_t clock = last->find("  ");
  return (clock == last->npos ? *last : last->substr(clock + 2)) +
         (last == all.rbegin() ? "" : ", again and again");
}

}  // namespace cofault::detail
