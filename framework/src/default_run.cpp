// SPDX-License-Identifier: BSL-1.0
#include "default_run.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "candidates.hpp"
#include "cofault/detail/texts.hpp"
#include "cofault/site.hpp"
#include "joined_operation.hpp"
#include "judge.hpp"
#include "mailbox.hpp"
#include "soundness.hpp"

namespace cofault::detail {
namespace {

// Of the coroutines of the program the first that the exception left; "": it left none.
std::string where_from(const outcome& what, std::uint32_t exception) {
  const auto trace = what.trace();
  const family who(trace);
  std::vector<std::uint32_t> place;
  for (const event& e : trace) {
    if (place.size() <= e.frame) place.resize(e.frame + 1);
    if (e.kind == event_kind::arrived) place[e.frame] = e.site;
    if (e.kind == event_kind::failed && e.other == exception && who.is_user(e.frame))
      return ", which left " + who.name(e.frame) +
             (place[e.frame] == 0 ? "" : " at " + sites::place(place[e.frame]));
  }
  return "";
}

// What the test itself got wrong: "" or a sentence.
std::string failure(const outcome& what, const event& e) {
  const auto text = [&] { return std::string(text_of(static_cast<std::uint32_t>(e.value))); };
  if (e.kind == event_kind::assertion) return text();
  const bool root = e.kind == event_kind::root_threw;
  if (!root && (e.kind != event_kind::escaped || e.other == 0)) return "";
  return "cofault: the run without faults failed, so no fault was tried: " +
         std::string(root ? "its root threw " : "its event loop was left by ") + text() +
         where_from(what, e.other) + "; a body that throws on purpose must catch that itself";
}

// The body failed: what faults do to it would tell nothing.
bool fails(const outcome& what) {
  const auto trace = what.trace();
  return std::any_of(trace.begin(), trace.end(), [&](const event& e) {
    return e.kind != event_kind::assertion && !failure(what, e).empty();
  });
}

// Which await points there are, and whether the injectors fit them.
void count_points(const std::vector<event>& trace, const options& how) {
  mailbox& b = box();
  const family who(trace);
  const point_list points = points_of(trace, who);
  b.points = static_cast<std::uint32_t>(points.size());
  note_seen(trace);
  std::vector<fault> faults;
  std::vector<std::pair<fault, std::uint64_t>> fitting;
  for (const reached_point& p : points) {
    faults.clear();
    propose(p, how.injectors(), faults);
    for (const fault& f : faults) {
      // The question costs a throw, and depends on little of a point.
      const std::pair asked(f, p.flags & (await_can_throw | await_takes_code));
      if (std::find(fitting.begin(), fitting.end(), asked) != fitting.end()) continue;
      fitting.push_back(asked);
      if (const std::string why = misfit(f, p.flags, how); !why.empty())
        return b.fail("cofault: an injector proposes '" + encode(f) + "' at " +
                      sites::place(p.site) + ", but " + why);
    }
  }
  if (have_requests(how.injectors())) {
    const point_list all = moments_of(trace, who);
    faults.clear();
    for (const reached_point& p : all) propose_requests(p, how.injectors(), faults);
    if (!faults.empty()) b.points = std::max(b.points, static_cast<std::uint32_t>(all.size()));
  }
}

}  // namespace

std::vector<event> copy_of(const outcome& what) { return {what.first, what.first + what.count}; }

void keep_failures(const outcome& what) {
  mailbox& b = box();
  for (const event& e : what.trace()) {
    const std::string kept = failure(what, e).substr(0, sizeof b.failures[0] - 1);
    if (kept.empty() || b.failure_count == 16) continue;
    *std::copy(kept.begin(), kept.end(), b.failures[b.failure_count++]) = '\0';
  }
}

void note_seen(const std::vector<event>& trace) {
  mailbox& b = box();
  for (const event& e : trace)
    if (is_await_point(e) && b.seen_count < mailbox::max_list &&
        std::find(b.seen, b.seen + b.seen_count, e.site) == b.seen + b.seen_count)
      b.seen[b.seen_count++] = e.site;
}

bool run_without_faults(const runner& make, const options& how, outcome& plain,
                        std::vector<event>& trace) {
  mailbox& b = box();
  b.stage = stage_of_sweep::warm_up;
  plain = make(plan(), attention::usual);
  trace = copy_of(plain);
  ++b.beat;
  if (b.prepared) return true;  // another child died behind this
  b.stage = stage_of_sweep::first;
  plain = make(plan(), attention::usual);
  trace = copy_of(plain);
  ++b.beat;
  b.stage = stage_of_sweep::second;
  const outcome second = make(plan(), attention::usual);
  ++b.beat;
  refuse_unsound(second);
  if (b.error[0] == '\0') refuse_different(trace, copy_of(second), how);
  if (b.error[0] == '\0') refuse_endless(second, how);
  if (b.error[0] != '\0') return false;
  b.plain_arrivals = second.arrivals;
  keep_failures(second);
  const std::uint32_t found = b.found_count;
  judge(second, plan(), how);
  if (fails(second)) return false;
  if (second.has(event_kind::ticking)) {
    // Of what ticks there are many points, and each trial would be as long.
    if (b.found_count == found)
      b.fail(
          "cofault: the root of the run without faults waits for ever while timers tick beside it, "
          "so no fault was tried; if that is meant so, let the root end, or explore without what "
          "ticks");
    return false;
  }
  count_points(trace, how);
  b.prepared = true;
  return b.error[0] == '\0';
}

}  // namespace cofault::detail
