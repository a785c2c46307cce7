// SPDX-License-Identifier: BSL-1.0
#include "cofault/exception_story.hpp"

#include <algorithm>
#include <array>

#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault {
namespace {

constexpr std::size_t none = ~std::size_t{0};

// One handler that an exception was in.
struct handling {
  std::size_t caught = none, left = none;  // indices in the trace
  std::uint32_t frame = 0;
  std::uint32_t by = 0;       // the exception that left it; 0: it ended normally
  bool machinery = false;     // a promise's unhandled_exception: the exception is sealed, not handled
  bool reported = false;
  bool inside = false;        // it ended within the handler in which the exception was thrown
};

struct life {
  exception_story story;
  detail::reused_vector<handling> handlings;
  std::uint32_t carried_by = 0;
  std::uint32_t thrown_in = 0;  // the exception in whose handler it was thrown
  std::size_t born = none, died = none, last_flight = none;
  bool judged = false, declared = false, terminated = false, retrieved = false;
};

// Reads a trace once and keeps, for every exception, what its fate depends on.
class reader {
 public:
  explicit reader(const outcome& what) : trace_(what.trace()), who_(what.trace()) {
    for (std::size_t i = 0; i < trace_.size(); ++i) read(i);
  }

  story_list judge() {
    story_list out;
    for (std::uint32_t n = 1; n < lives_.size(); ++n) {
      if (lives_[n].story.number == 0) continue;
      const fate end = fate_of(n);
      lives_[n].story.end = end;
      out.push_back(lives_[n].story);
    }
    return out;
  }

 private:
  const event& at(std::size_t i) const { return trace_[i]; }

  life& of(std::uint32_t n) {
    if (lives_.size() <= n) lives_.resize(n + 1);
    lives_[n].story.number = n;
    return lives_[n];
  }

  std::uint32_t& place(std::uint32_t frame) {
    if (places_.size() <= frame) places_.resize(frame + 1);
    return places_[frame];
  }

  void read(std::size_t i) {
    const event& e = at(i);
    switch (e.kind) {
      case event_kind::arrived:
        place(e.frame) = e.site;
        if (after_code_ == e.frame) after_code_ = 0;
        break;
      case event_kind::faulted:
        if ((e.value & faulted_request) == 0) after_code_ = e.frame;
        break;
      case event_kind::thrown:
      case event_kind::made: birth(i); break;
      case event_kind::typed: type(e); break;
      case event_kind::raised:
      case event_kind::rethrown: of(e.other).last_flight = i; break;
      case event_kind::caught: open(i); break;
      case event_kind::failed: seal(e); break;
      case event_kind::reported: report(e.other); break;
      case event_kind::left: close(i); break;
      case event_kind::died: death(i); break;
      case event_kind::terminating: of(e.other).terminated = true; break;
      case event_kind::declared: of(e.other).declared = true; break;
      case event_kind::cancels:
        of(e.other).story.flags |= exception_cancels | exception_cancels_always;
        break;
      case event_kind::ended_early: cut_at_ = std::min(cut_at_, i); break;
      case event_kind::torn_down: torn_down_at_ = i; break;
      case event_kind::retrieved: of(e.other).retrieved = true; break;
      case event_kind::spawned: spawn(e); break;
      case event_kind::root_returned: root_ended_ = true; break;
      case event_kind::root_threw:
      case event_kind::escaped:
        if (e.other != 0) outcomes_.push_back(e.other);
        root_ended_ |= e.kind == event_kind::root_threw;
        threw_ = true;
        break;
      case event_kind::observed: observed_at_ = i; break;
      default: break;
    }
  }

  void birth(std::size_t i) {
    const event& e = at(i);
    life& l = of(e.other);
    l.born = l.last_flight = i;
    l.story.thrown_by = e.frame;
    l.story.thrown = {e.value, 0, place(e.frame)};
    l.thrown_in = open_.empty() ? 0 : open_.back();
    // Thrown because of a judged one: while that was being handled, or for an error code.
    l.judged = (!open_.empty() && lives_[open_.back()].judged) ||
               (after_code_ != 0 && after_code_ == e.frame);
  }

  void type(const event& e) {
    life& l = of(e.other);
    l.story.type = e.value;
    l.story.flags |= e.site;
    if ((e.site & exception_injected) != 0) l.judged = true;
  }

  void open(std::size_t i) {
    const event& e = at(i);
    of(e.other).handlings.push_back({i, none, e.frame});
    open_.push_back(e.other);
  }

  // The innermost handler that is open for the exception.
  handling* innermost(std::uint32_t n) {
    auto& all = of(n).handlings;
    const auto found = std::find_if(all.rbegin(), all.rend(),
                                    [](const handling& h) { return h.left == none; });
    return found == all.rend() ? nullptr : &*found;
  }

  void seal(const event& e) {
    if (e.other == 0) return;
    of(e.other).story.left.push_back(e.frame);
    if (handling* h = innermost(e.other)) h->machinery = true;
  }

  // A handler may call a function that throws the exception again, catches and prints it.
  void report(std::uint32_t n) {
    for (handling& h : of(n).handlings)
      if (h.left == none) h.reported = true;
  }

  void close(std::size_t i) {
    const event& e = at(i);
    if (handling* h = innermost(e.other)) {
      h->left = i;
      h->by = e.site;
      const std::uint32_t outer = of(e.other).thrown_in;
      h->inside = outer != 0 && std::find(open_.begin(), open_.end(), outer) != open_.end();
    }
    const auto found = std::find(open_.rbegin(), open_.rend(), e.other);
    if (found != open_.rend()) open_.erase(std::next(found).base());
  }

  void death(std::size_t i) {
    life& l = of(at(i).other);
    l.died = i;
    l.carried_by = at(i).site;
  }

  void spawn(const event& e) {
    if (spawns_.size() <= e.frame) spawns_.resize(e.frame + 1);
    spawns_[e.frame] = e.value;
  }
  std::uint64_t spawned(std::uint32_t frame) const {
    return frame < spawns_.size() ? spawns_[frame] & spawn_kinds : 0;
  }

  // ---- the verdict

  bool surfaced(std::uint32_t n) const {
    return std::find(outcomes_.begin(), outcomes_.end(), n) != outcomes_.end();
  }

  // Whether it, or what took its place, is the root's outcome.
  bool surfaces(std::uint32_t n, int depth = 0) {
    if (surfaced(n)) return true;
    const life& l = of(n);
    if (depth > 16) return false;
    if (l.carried_by != 0 && surfaces(l.carried_by, depth + 1)) return true;
    const detail::reused_vector<handling> handlings = l.handlings;
    return std::any_of(handlings.begin(), handlings.end(), [&](const handling& h) {
      return h.by != 0 && h.by != n && surfaces(h.by, depth + 1);
    });
  }

  fate fate_of(std::uint32_t n) {
    const life l = of(n);
    if (l.terminated) return fate::terminated;
    if (surfaced(n)) return fate::surfaced;
    // What was under way when the plan ended the world, and what the teardown throws.
    if (l.died > cut_at_ || l.born > torn_down_at_) return fate::unjudged;
    // Kept for somebody who waits for ever: that is what is wrong.
    if (!root_ended_ && l.died != none && l.died > torn_down_at_) return fate::unjudged;
    if (l.declared) return fate::declared;
    if (l.carried_by != 0) {
      of(l.carried_by).judged |= l.judged;
      return fate::translated;
    }
    for (const handling& h : l.handlings) {
      // What runs outside every coroutine, or in the test's, is not the code under test.
      if (spawned(h.frame) == spawn_program || spawned(h.frame) == spawn_root) return fate::surfaced;
      if (h.by != 0 && h.by != n) return fate::translated;
    }
    // Of nested ones the outermost ended it.
    const auto last = std::max_element(
        l.handlings.begin(), l.handlings.end(),
        [](const handling& a, const handling& b) { return a.left < b.left; });
    if (last != l.handlings.end() && last->left == none) return fate::unjudged;
    if (last == l.handlings.end() || last->machinery || spawned(last->frame) != 0 ||
        (last->by == n && l.died != none))
      return unseen(n, l);
    return handled(n, l, *last);
  }

  // Whether the exception, which left the coroutine later, took the place of one it had handled.
  bool takes_over(std::uint32_t n, std::uint32_t frame) {
    if (surfaces(n)) return true;
    const exception_story& s = of(n).story;
    return s.thrown_by == frame && (s.flags & (exception_cancels | exception_ends)) == 0;
  }

  // In any of its handlers: what was logged where it happened may end quietly further up.
  static bool reported(const life& l) {
    return std::any_of(l.handlings.begin(), l.handlings.end(),
                       [](const handling& h) { return h.reported; });
  }

  // A handler ended it.
  fate handled(std::uint32_t n, const life& l, const handling& h) {
    exception_story& s = of(n).story;
    s.handler = {at(h.caught).value, at(h.left).value, 0};
    s.handled_by = h.frame;
    s.handled_at = h.left;
    if (h.frame == 0 || !who_.is_user(h.frame)) return l.judged ? fate::surfaced : fate::unjudged;
    // A handler's own affair: what the handler was entered for has its own fate.
    if (!l.judged || h.inside) return fate::unjudged;
    if (reported(l)) return fate::reported;
    if (l.died == none) return fate::surfaced;  // somebody outside of the world still has it
    // Who reads until the end handles the end; what else fails there is told by other faults.
    if ((l.story.flags & exception_ends) != 0) return fate::ended;
    const std::uint32_t back_at = place_before(h.frame, h.caught);
    bool moved_on = false;
    for (std::size_t i = h.left + 1; i < trace_.size(); ++i) {
      const event& e = at(i);
      if (e.frame != h.frame) continue;
      if (e.kind == event_kind::arrived) {
        if (e.site == back_at) return fate::retried;
        moved_on = true;
      }
      if (e.kind == event_kind::failed && e.other != n && takes_over(e.other, h.frame)) {
        of(e.other).judged = true;
        return fate::translated;
      }
      if (e.kind == event_kind::returned && e.value != 0 && !moved_on) return fate::returned;
    }
    if (observed_at_ != none && observed_at_ > h.left) return fate::recovered;
    s.culprit = s.handler;
    s.culprit_frame = h.frame;
    return threw_ ? fate::replaced : fate::swallowed;
  }

  // No handler ended it: it was kept by a promise, a join, an exception_ptr.
  fate unseen(std::uint32_t n, const life& l) {
    if (l.died == none) return fate::surfaced;  // somebody outside of the world still has it
    if (l.retrieved) return fate::surfaced;     // handed over as a value, and looked at
    if ((l.story.flags & exception_cancels) != 0 && (l.story.flags & exception_injected) == 0)
      return fate::ended;
    if ((l.story.flags & exception_ends) != 0) return fate::ended;
    if (l.judged && reported(l)) return fate::reported;
    exception_story& s = of(n).story;
    if (!blame(s)) return fate::unjudged;
    if (life* const other = spokesman(l, s)) {
      other->judged |= l.judged;
      return fate::translated;
    }
    if (s.culprit.site != 0 && gives_exceptions(s)) return fate::surfaced;
    return threw_ ? fate::masked : fate::dropped;
  }

  // What the join that had this exception threw in its place, or, if it says that there were
  // several, the coroutine that the join gave it to. A join that passes one of several on throws
  // nothing of its own.
  life* spokesman(const life& l, const exception_story& s) {
    const wait joined = waited(last_left(s));
    const auto found = std::find_if(lives_.begin(), lives_.end(), [&](const life& other) {
      const std::uint32_t by = other.story.thrown_by, flags = other.story.flags;
      if (by == 0 || other.born <= l.born || other.born > l.died) return false;
      if ((flags & exception_several) != 0 && !s.detached && by == s.culprit_frame) return true;
      const bool stopped = (flags & (exception_cancels | exception_ends)) != 0;
      return !who_.is_user(by) && ((flags & exception_several) != 0 || !stopped) &&
             waited(by) == joined;
    });
    return found == lives_.end() ? nullptr : &*found;
  }

  // From the last coroutine of the program that it left, the first one above. Nobody above: where
  // the chain was spawned. False: it never was in the program's code.
  bool blame(exception_story& s) {
    const std::uint32_t from = last_left(s);
    if (!who_.is_user(from)) return false;
    const wait w = waited(from);
    s.culprit_frame = w.top;
    if (w.at != none) {
      s.culprit.site = at(w.at).site;
      s.joined = is_join(from, w);
      awaited_at_ = w.at;
      return true;
    }
    s.detached = true;
    s.culprit = spawn_place(w.top, from);
    s.culprit_frame = from;
    return true;
  }

  std::uint32_t last_left(const exception_story& s) const {
    const auto last = std::find_if(s.left.rbegin(), s.left.rend(),
                                   [&](std::uint32_t f) { return who_.is_user(f); });
    return last == s.left.rend() ? s.thrown_by : *last;
  }

  // The first await of the program above a coroutine; none: the chain ends at `top`.
  struct wait {
    std::uint32_t top = 0;
    std::size_t at = none;
    friend bool operator==(const wait&, const wait&) = default;
  };
  wait waited(std::uint32_t from) const {
    wait out{from, who_.awaited_at(from)};
    while (out.at != none) {
      out.top = at(out.at).frame;
      if (who_.is_user(out.top)) return out;
      out.at = who_.awaited_at(out.top);
    }
    return out;
  }

  // Whether the program's await was for another coroutine, too, beside that which failed.
  bool is_join(std::uint32_t failed, const wait& w) const {
    for (const event& e : trace_) {
      if (e.kind == event_kind::failed && e.frame == failed) break;
      if (e.kind == event_kind::created && waited(e.frame) == w && !awaits(e.frame, failed) &&
          !awaits(failed, e.frame))
        return true;
    }
    return false;
  }

  // Directly or not; everyone awaits himself.
  bool awaits(std::uint32_t who, std::uint32_t whom) const {
    while (whom != 0 && whom != who) whom = who_.awaiter(whom);
    return whom == who;
  }

  // Where the chain was started that begins with the library's `top` and has the program's `first`
  // in it (perhaps the same): what the program called to make the one or the other.
  code_place spawn_place(std::uint32_t top, std::uint32_t first) const {
    code_place out;
    out.function = who_.function(first);
    for (const std::uint32_t frame : {top, first})
      for (const event& e : trace_) {
        if (e.frame != frame) continue;
        if (e.kind == event_kind::created && out.site == 0 && is_user_site(e.site)) out.site = e.site;
        if (e.kind == event_kind::made_at) out.stack.push_back(e.value);
      }
    return out;
  }

  static bool is_user_site(std::uint32_t site) {
    return site != 0 && sites::function(sites::site(site).function).user;
  }

  bool gives_exceptions(const exception_story& s) const {
    return !s.detached && (at(awaited_at_).value & await_gives_exceptions) != 0;
  }

  std::uint32_t place_before(std::uint32_t frame, std::size_t i) const {
    while (i-- > 0)
      if (at(i).kind == event_kind::arrived && at(i).frame == frame) return at(i).site;
    return 0;
  }

  std::span<const event> trace_;
  family who_;
  detail::reused_vector<life> lives_;
  detail::reused_vector<std::uint32_t> places_;    // by coroutine: the await point it reached last
  detail::reused_vector<std::uint64_t> spawns_;    // by coroutine: spawn_handler
  detail::reused_vector<std::uint32_t> open_;      // the exceptions being handled, innermost last
  detail::reused_vector<std::uint32_t> outcomes_;  // the exceptions that are the root's outcome
  std::uint32_t after_code_ = 0;         // the coroutine that was given an error code just now
  std::size_t observed_at_ = none, awaited_at_ = none;
  std::size_t cut_at_ = none, torn_down_at_ = none;
  bool threw_ = false, root_ended_ = false;
};

}  // namespace

std::string_view name_of(fate f) {
  constexpr std::array<std::string_view, 15> names = {
      "surfaced", "reported", "translated", "retried",   "returned",  "recovered", "declared", "ended",
      "unjudged", "undecided", "swallowed", "masked",    "dropped",   "replaced",  "terminated"};
  return names.at(static_cast<std::size_t>(f));
}

story_list exception_stories(const outcome& what) {
  return reader(what).judge();
}

}  // namespace cofault
