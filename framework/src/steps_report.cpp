// SPDX-License-Identifier: BSL-1.0
#include "steps_report.hpp"

#include <algorithm>
#include <span>
#include <sstream>
#include <utility>

#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "counted.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

constexpr std::size_t most_steps = 7, most_without = 4;

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

}  // namespace

std::vector<std::string> steps_of_run() {
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

std::vector<std::string> steps_without() {
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

}  // namespace cofault::detail
