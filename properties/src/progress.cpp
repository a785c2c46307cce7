// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/progress.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>

#include "cancelled_work.hpp"
#include "cofault/detail/handler_place.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

// The coroutines whose end this one waits for: those of its last await.
std::vector<std::uint32_t> awaited_by(std::span<const event> trace, std::uint32_t frame) {
  std::vector<std::uint32_t> out;
  for (const event& e : trace) {
    if (e.frame != frame) continue;
    if (e.kind == event_kind::arrived) out.clear();
    if ((e.kind == event_kind::arrived || e.kind == event_kind::joined) && e.other != 0)
      out.push_back(e.other);
  }
  return out;
}

// Whether `frame` is among them, or is what somebody among them waits for.
bool is_awaited(std::uint32_t frame, const std::vector<std::uint32_t>& awaited, const family& who) {
  while (frame != 0 && std::find(awaited.begin(), awaited.end(), frame) == awaited.end())
    frame = who.awaiter(frame);
  return frame != 0;
}

// The pending coroutines of user code that wait for no other one of user code.
std::vector<const event*> innermost(const outcome& what, const family& who) {
  std::vector<const event*> pending;
  for (const event& e : what.trace())
    if (e.kind == event_kind::pending && who.is_user(e.frame)) pending.push_back(&e);
  const auto waits_for_another = [&](const event* p) {
    const auto awaited = awaited_by(what.trace(), p->frame);
    return std::any_of(pending.begin(), pending.end(), [&](const event* q) {
      return q != p && is_awaited(q->frame, awaited, who);
    });
  };
  std::vector<const event*> out;
  std::copy_if(pending.begin(), pending.end(), std::back_inserter(out),
               [&](const event* p) { return !waits_for_another(p); });
  // The trace lists the youngest first; the root's own chain is the oldest.
  std::reverse(out.begin(), out.end());
  return out;
}

// The await at which a coroutine of user code was when it was destroyed, though the world went on:
// as happens to who waits for an operation of Asio's whose completion handler is dropped. The
// innermost; null: none was.
const event* destroyed_at(const outcome& what, const family& who) {
  std::vector<const event*> waits;    // by coroutine: its last await, while it is suspended there
  std::vector<const event*> arrived;  // by coroutine
  std::vector<const event*> gone;
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::torn_down) break;
    if (arrived.size() <= e.frame) arrived.resize(e.frame + 1), waits.resize(e.frame + 1);
    if (e.kind == event_kind::arrived) arrived[e.frame] = &e;
    if (e.kind == event_kind::suspended) waits[e.frame] = arrived[e.frame];
    if (e.kind == event_kind::resumed) waits[e.frame] = nullptr;
    if (e.kind == event_kind::destroyed && waits[e.frame] != nullptr && who.is_user(e.frame))
      gone.push_back(waits[e.frame]);
  }
  for (const event* at : gone) {
    const auto awaited = awaited_by(what.trace(), at->frame);
    if (std::none_of(gone.begin(), gone.end(), [&](const event* other) {
          return other != at && is_awaited(other->frame, awaited, who);
        }))
      return at;
  }
  return nullptr;
}

// Whether the coroutine is the other one, or what that waits for.
bool is_within(std::uint32_t frame, std::uint32_t other, const family& who) {
  while (frame != 0 && frame != other) frame = who.awaiter(frame);
  return frame != 0;
}

}  // namespace

const event* first(const outcome& what, event_kind kind) {
  const auto trace = what.trace();
  const auto found =
      std::find_if(trace.begin(), trace.end(), [&](const event& e) { return e.kind == kind; });
  return found == trace.end() ? nullptr : &*found;
}

// Before the teardown, in which nobody calls run().
bool left_the_event_loop(const outcome& what) {
  const event* e = first(what, event_kind::escaped);
  return e != nullptr && e->other != 0;
}

// Those that tick, each place once: they moved last before they were stopped.
std::vector<std::uint32_t> tickers(const outcome& what, const family& who) {
  std::vector<std::uint32_t> out;
  bool stopped = false;
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::ticking) stopped = true;
    if (!stopped || e.kind != event_kind::arrived || !who.is_user(e.frame)) continue;
    if (std::find(out.begin(), out.end(), e.site) == out.end()) out.push_back(e.site);
  }
  return out;
}

std::string standstill(const event& ticking, const outcome& what, const family& who) {
  const std::uint64_t hours = ticking.value / 3'600'000'000'000;
  std::string out = "the root has stood still for " + std::to_string(hours) +
                    (hours == 1 ? " hour" : " hours") +
                    ", and nothing is left to wake it but what ticks beside it";
  const auto places = tickers(what, who);
  for (std::size_t i = 0; i < places.size() && i < 3; ++i)
    out += (i == 0 ? " at " : ", ") + sites::place(places[i]);
  return out;
}

// The root, where it is the test's own and waits for none of those: for a peer, whom the program
// leaves without an answer. Else null.
const event* waiting_test(const outcome& what, const std::vector<const event*>& waiting,
                          const family& who) {
  const auto is_of_root = [](const event* e) { return e->value != 0; };
  if (std::any_of(waiting.begin(), waiting.end(), is_of_root)) return nullptr;
  const event* root = nullptr;  // the oldest
  for (const event& e : what.trace())
    if (e.kind == event_kind::pending && is_of_root(&e)) root = &e;
  return root == nullptr || who.is_user(root->frame) ? nullptr : root;
}

// A `||` goes on with the first side that succeeds, so it waits on where one has failed: for ever,
// where the other is endless. Where the fault's exception ended such a side the last; null:
// nowhere.
const event* waiting_join(const outcome& what, const family& who, std::uint32_t& side) {
  const auto trace = what.trace();
  const event* found = nullptr;
  std::vector<const event*> arrived;  // by coroutine: its last await
  for (const event& e : trace) {
    if (arrived.size() <= e.frame) arrived.resize(e.frame + 1);
    if (e.kind == event_kind::arrived) arrived[e.frame] = &e;
    if (e.kind == event_kind::torn_down) break;
    if (e.kind != event_kind::failed || !who.is_user(e.frame)) continue;
    bool takes_the_first = false;
    std::uint32_t f = who.awaiter(e.frame);
    for (; f != 0 && !who.is_user(f); f = who.awaiter(f))
      takes_the_first |= sites::function(who.function(f)).name.ends_with("operator||");
    if (!takes_the_first || f == 0) continue;
    found = arrived[f];
    side = e.frame;
  }
  if (found == nullptr) return nullptr;
  for (const event* e = found + 1; e != trace.data() + trace.size(); ++e) {
    if (e->kind == event_kind::torn_down) break;
    const bool moves = e->kind == event_kind::resumed || e->kind == event_kind::destroyed;
    if (moves && e->frame == found->frame) return nullptr;
  }
  return found;
}

void blame_join(const outcome& what, const family& who, violation& v) {
  std::uint32_t side = 0;
  const event* const join = waiting_join(what, who, side);
  if (join == nullptr) return;
  v.text += "\n" + who.name(side) + " has ended by an exception, and the || at " +
            sites::place(join->site) + " goes on waiting for its other side";
  v.site = join->site;
  v.frame = join->frame;
}

// Who waits had been told to end (by a task group, a timeout), and a handler that is not made for
// that ended the cancellation: it waits for ever because of that handler. A cancellation of a type
// that stands for other errors, too, may be the way to wake it up (a timer of Asio's).
void blame_handler(const outcome& what, const family& who, violation& v) {
  exception_story last;
  for (const exception_story& s : exception_stories(what))
    if (s.handled_at != 0 && is_within(v.frame, s.handled_by, who)) last = s;
  if ((last.flags & exception_cancels_always) == 0 || last.end == fate::declared) return;
  const detail::place_in_source place = detail::handler_in_source(last.handler);
  if (place.line == 0 || is_for_cancellations(last)) return;
  v.text += "\n" + who.name(last.handled_by) + " was cancelled before that, and the handler at " +
            sites::place(place.site()) + " ended the cancellation";
  v.site = place.site();
  v.frame = last.handled_by;
}

void progress::judge(const outcome& what, std::vector<violation>& out) const {
  if (what.end != ending::hung) return;
  if (what.has(event_kind::parked)) return;  // the livelock's business
  if (what.has(event_kind::cancelling) && !swallowed_cancellations(what).empty()) return;
  if (left_the_event_loop(what))
    return out.push_back({0, 0,
                          "an exception left the event loop, where whoever calls run() gets it, "
                          "and the root did not complete after that",
                          true});
  const family who(what.trace());
  auto waiting = innermost(what, who);
  violation v;
  v.text = "nothing is runnable and no timer is left, but the root has not completed";
  if (const event* ticking = first(what, event_kind::ticking)) {
    v.text = standstill(*ticking, what, who);
    const auto places = tickers(what, who);
    std::erase_if(waiting, [&](const event* p) {
      return std::find(places.begin(), places.end(), p->site) != places.end();
    });
  }
  const event* const test = waiting_test(what, waiting, who);
  if (test != nullptr)
    v.text += "\nthe root, " + who.name(test->frame) + ", waits at " + sites::place(test->site) +
              ", outside of user code";
  for (std::size_t i = 0; i < waiting.size() && i < 3; ++i)
    v.text += "\n" + who.name(waiting[i]->frame) + " waits at " + sites::place(waiting[i]->site);
  // Who waits beside the test may do so rightly: the accept loop of a server.
  if (!waiting.empty() && (test == nullptr || what.fault_free)) {
    v.site = waiting.front()->site;
    v.frame = waiting.front()->frame;
  }
  if (waiting.empty() && test == nullptr) {
    if (const event* const at = destroyed_at(what, who)) {
      v.text += "\n" + who.name(at->frame) + " was destroyed where it waited, at " +
                sites::place(at->site) +
                ": who was to complete that operation has dropped its handler";
      v.site = at->site;
      v.frame = at->frame;
    }
  }
  blame_join(what, who, v);
  blame_handler(what, who, v);
  out.push_back(std::move(v));
}

}  // namespace cofault::properties
