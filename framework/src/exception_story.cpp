// SPDX-License-Identifier: BSL-1.0
#include "cofault/exception_story.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "cofault/family.hpp"
#include "exception_blame.hpp"
#include "exception_lives.hpp"

namespace cofault {
namespace {

using namespace detail;

// Gives each exception of a run its fate.
class fates {
 public:
  explicit fates(const outcome& what)
      : trace_(what.trace()),
        lives_(what.trace()),
        was_cut_(what.end == ending::bounded),
        is_cancelled_(what.has(event_kind::cancelling)) {
    while (is_cancelled_ && at(cancelled_at_).kind != event_kind::cancelling) ++cancelled_at_;
  }

  story_list judge() {
    story_list out;
    auto& all = lives_.all();
    for (std::uint32_t n = 1; n < all.size(); ++n) {
      if (all[n].story.number == 0) continue;
      const fate end = fate_of(n);
      all[n].story.end = end;
      out.push_back(all[n].story);
    }
    return out;
  }

 private:
  struct relations {
    family who;
    exception_blame blame;
    explicit relations(std::span<const event> trace) : who(trace), blame(trace, who) {}
  };

  const event& at(std::size_t i) const { return trace_[i]; }

  // Made for the first exception that did not surface.
  relations& known() {
    if (!relations_) relations_.emplace(trace_);
    return *relations_;
  }

  // Whether it, or what took its place, is the root's outcome.
  bool surfaces(std::uint32_t n, int depth = 0) {
    if (lives_.is_outcome(n)) return true;
    const life& l = lives_.of(n);
    if (depth > 16) return false;
    if (l.carried_by != 0 && surfaces(l.carried_by, depth + 1)) return true;
    const reused_vector<handling> handlings = l.handlings;
    return std::any_of(handlings.begin(), handlings.end(), [&](const handling& h) {
      return h.by != 0 && h.by != n && surfaces(h.by, depth + 1);
    });
  }

  fate fate_of(std::uint32_t n) {
    if (lives_.of(n).terminated) return fate::terminated;
    if (lives_.is_outcome(n)) return fate::surfaced;
    const life l = lives_.of(n);
    // What was under way when the plan ended the world, and what the teardown throws.
    if (l.died > lives_.cut_at() || l.born > lives_.torn_down_at()) return fate::unjudged;
    // Kept for somebody who waits for ever: that is what is wrong.
    if (!lives_.root_ended() && l.died != none && l.died > lives_.torn_down_at())
      return fate::unjudged;
    if (l.declared) return fate::declared;
    if (l.carried_by != 0) {
      lives_.of(l.carried_by).judged |= l.judged;
      return fate::translated;
    }
    for (const handling& h : l.handlings) {
      // What runs outside every coroutine, or in the test's, is not the code under test.
      if (lives_.spawned(h.frame) == spawn_program || lives_.spawned(h.frame) == spawn_root)
        return fate::surfaced;
      if (h.by != 0 && h.by != n) return fate::translated;
    }
    // Of nested ones the outermost ended it.
    const auto last =
        std::max_element(l.handlings.begin(), l.handlings.end(),
                         [](const handling& a, const handling& b) { return a.left < b.left; });
    if (last != l.handlings.end() && last->left == none) return fate::unjudged;
    if (last == l.handlings.end() || last->machinery || lives_.spawned(last->frame) != 0 ||
        (last->by == n && l.died != none))
      return unseen(n, l);
    return handled(n, l, *last);
  }

  // Whether the exception, which the coroutine threw later or that left it, took the place of one
  // it had handled.
  bool takes_over(std::uint32_t n, std::uint32_t frame) {
    if (surfaces(n)) return true;
    const exception_story& s = lives_.of(n).story;
    return s.thrown_by == frame && (s.flags & (exception_cancels | exception_ends)) == 0;
  }

  // Whether the coroutine, which was cancelled before, ends as cancelled: who waits for it knows
  // that its work was cut short, whatever else went wrong there.
  bool ends_as_cancelled(std::uint32_t n, std::size_t left) {
    return is_cancelled_ && cancelled_at_ < left &&
           (lives_.of(n).story.flags & exception_cancels) != 0;
  }

  // A handler ended it.
  fate handled(std::uint32_t n, const life& l, const handling& h) {
    exception_story& s = lives_.of(n).story;
    s.handler = {at(h.caught).value, at(h.left).value, 0};
    s.handled_by = h.frame;
    s.handled_at = h.left;
    s.kept = l.died != none && l.died > h.left + 1 && l.died < lives_.torn_down_at();
    if (h.frame == 0 || !known().who.is_user(h.frame))
      return l.judged ? handled_elsewhere(n, l, h) : fate::unjudged;
    // A handler's own affair: what the handler was entered for has its own fate.
    if (!l.judged || h.inside) return fate::unjudged;
    if (l.reported) return fate::reported;
    if (l.died == none) return fate::surfaced;  // somebody outside of the world still has it
    if (is_kept_by_cut_off(l, h.frame)) return fate::unjudged;
    // Who reads until the end handles the end; what else fails there is told by other faults.
    if ((l.story.flags & exception_ends) != 0) return fate::ended;
    const std::uint32_t back_at = lives_.place(h.frame, h.caught);
    bool ended = false, was_stopped = false;
    std::uint32_t moves = 0, first_place = 0;
    for (std::size_t i = h.left + 1; i < trace_.size(); ++i) {
      const event& e = at(i);
      // A retry may call itself.
      if (e.kind == event_kind::arrived && e.site == back_at && is_awaited_by(e.frame, h.frame))
        return fate::retried;
      if (e.frame != h.frame) continue;
      ended = ended || e.kind == event_kind::returned || e.kind == event_kind::failed;
      // Destroyed where it was suspended: of some libraries, what a cancellation does.
      was_stopped = is_cancelled_ && e.kind == event_kind::destroyed && e.value != 0;
      if (e.kind == event_kind::arrived) {
        if (e.site == back_at) return fate::retried;
        if (moves++ == 0) first_place = e.site;
      }
      const bool is_thrown = e.kind == event_kind::thrown || e.kind == event_kind::failed;
      if (is_thrown && e.other != n && takes_over(e.other, h.frame)) {
        lives_.of(e.other).judged = true;
        return fate::translated;
      }
      if (e.kind == event_kind::failed && ends_as_cancelled(e.other, h.left))
        return fate::translated;
      if (e.kind == event_kind::returned && e.value != 0 && moves == 0) return fate::returned;
    }
    // It was about to try again, or to tell, when a bound stopped the run, or the plan stopped it.
    if ((was_cut_ && !ended) || was_stopped) return fate::unjudged;
    // So it was when the root ended: it waits before the next try.
    if (!ended && moves == 1 && lives_.sleepers_left() && !was_at(first_place, h))
      return fate::unjudged;
    if (lives_.observed_at() != none && lives_.observed_at() > h.left) return fate::recovered;
    if (is_told_again(l, h.left)) return fate::translated;
    if (is_in_a_result(l, h)) return fate::returned;
    s.culprit = s.handler;
    s.culprit_frame = h.frame;
    return lives_.threw() ? fate::replaced : fate::swallowed;
  }

  // Another one with its error code was thrown later: who kept the code has told of it, or the next
  // to handle that one has to.
  bool is_told_again(const life& l, std::size_t behind) {
    const std::uint32_t flags = l.story.flags;
    if ((flags & (exception_injected | exception_repeats)) == 0) return false;
    life* last = nullptr;
    for (life& other : lives_.all()) {
      const std::uint32_t theirs = other.story.flags;
      if (other.story.number == 0 || other.born == none || other.born <= behind) continue;
      if ((theirs & exception_repeats) == 0 ||
          theirs >> exception_plan_shift != flags >> exception_plan_shift)
        continue;
      if (surfaces(other.story.number)) return true;
      last = &other;
    }
    if (last != nullptr) last->judged = true;
    return last != nullptr;
  }

  // It was kept for longer than it took a coroutine that waited for the handler's to return a
  // value, which may hold it.
  bool is_in_a_result(const life& l, const handling& h) {
    for (std::size_t i = h.left + 1; i < std::min(l.died, trace_.size()); ++i) {
      const event& e = at(i);
      if (e.kind == event_kind::returned && e.value != 0 && known().who.is_user(e.frame) &&
          is_awaited_by(h.frame, e.frame))
        return true;
    }
    return false;
  }

  // The handler's coroutine had reached that place before.
  bool was_at(std::uint32_t place, const handling& h) const {
    const auto until = trace_.begin() + static_cast<std::ptrdiff_t>(h.caught);
    return std::any_of(trace_.begin(), until, [&](const event& e) {
      return e.kind == event_kind::arrived && e.frame == h.frame && e.site == place;
    });
  }

  // By a handler of a join in library code, or of a coroutine of a type that is not instrumented.
  // What that kept until it died, unthrown, it dropped, or somebody looked at it: nobody can tell.
  // Nor what it did with the end of a coroutine that nobody awaits.
  fate handled_elsewhere(std::uint32_t n, const life& l, const handling& h) {
    exception_story& s = lives_.of(n).story;
    if (l.reported || lives_.threw()) return fate::surfaced;
    if ((l.story.flags & (exception_cancels | exception_ends)) != 0) return fate::surfaced;
    if (lives_.observed_at() != none && lives_.observed_at() > h.left) return fate::recovered;
    if (!known().blame.find(s, false) || known().blame.gives_exceptions(s)) return fate::surfaced;
    const bool is_looked_at = l.last_flight > h.caught;  // thrown again within that handler
    if (s.detached ? is_looked_at : !s.kept) return fate::surfaced;
    if (h.frame != 0 && !s.joined) return fate::surfaced;
    if (life* const other = spokesman(l, s)) {
      other->judged = true;
      return fate::translated;
    }
    return is_tried_again(known().blame.last_left(s), h.left) ? fate::retried : fate::undecided;
  }

  // Another coroutine of its function was made behind that event.
  bool is_tried_again(std::uint32_t frame, std::size_t behind) {
    const std::uint32_t function = known().who.function(frame);
    return std::any_of(
        trace_.begin() + static_cast<std::ptrdiff_t>(behind), trace_.end(),
        [&](const event& e) { return e.kind == event_kind::created && e.value >> 32 == function; });
  }

  // No handler ended it: it was kept by a promise, a join, an exception_ptr.
  fate unseen(std::uint32_t n, const life& l) {
    if (l.died == none) return fate::surfaced;  // somebody outside of the world still has it
    if (l.retrieved) return fate::surfaced;     // handed over as a value, and looked at
    if (is_cancellation_of_the_program(l)) return fate::ended;
    if ((l.story.flags & exception_ends) != 0) return fate::ended;
    if (l.judged && l.reported) return fate::reported;
    exception_story& s = lives_.of(n).story;
    if (!known().blame.find(s, l.judged)) return fate::unjudged;
    if (is_kept_by_cut_off(l, known().blame.last_left(s))) return fate::unjudged;
    if (life* const other = spokesman(l, s)) {
      other->judged |= l.judged;
      return fate::translated;
    }
    // As a value: to who awaits it, or to a callback.
    const bool is_given = s.detached ? l.taken : known().blame.gives_exceptions(s);
    if (is_given && (s.detached || s.culprit.site != 0)) return fate::surfaced;
    if (is_told_again(l, l.born)) return fate::translated;
    return lives_.threw() ? fate::masked : fate::dropped;
  }

  // It died with the world, in which the coroutine, one that waits for it, or who made the
  // outermost of these, had not come to its end: that may have had it still, to look at it later.
  bool is_kept_by_cut_off(const life& l, std::uint32_t frame) {
    if (l.died == none || l.died < lives_.torn_down_at()) return false;
    const family& who = known().who;
    std::uint32_t top = frame;
    for (; frame != 0 && !is_cut_off(frame); frame = who.awaiter(frame)) top = frame;
    return frame != 0 || is_cut_off(who.creator(top));
  }
  bool is_cut_off(std::uint32_t frame) const {
    if (frame == 0) return false;
    const auto last = std::find_if(trace_.rbegin(), trace_.rend(), [&](const event& e) {
      return e.frame == frame && (kinds(e.kind) & kinds(event_kind::returned, event_kind::failed,
                                                        event_kind::suspended)) != 0;
    });
    return last != trace_.rend() && last->kind == event_kind::suspended;
  }

  // What begins with a cancellation may stand for more than that: for the error that caused it.
  static bool is_cancellation_of_the_program(const life& l) {
    const std::uint32_t flags = l.story.flags;
    if ((flags & exception_cancels) == 0 || (flags & exception_injected) != 0) return false;
    return (flags & exception_several) == 0 || !l.judged;
  }

  // What the join that had this exception threw in its place, or, if it says that there were
  // several, the coroutine that the join gave it to. A join that passes one of several on throws
  // nothing of its own.
  life* spokesman(const life& l, const exception_story& s) {
    const auto joined = known().blame.waited(known().blame.last_left(s));
    auto& all = lives_.all();
    // Of joins within joins the outermost, which throws last.
    const auto found = std::find_if(all.rbegin(), all.rend(), [&](const life& other) {
      const std::uint32_t by = other.story.thrown_by, flags = other.story.flags;
      if (by == 0 || other.born <= l.born || other.born > l.died) return false;
      if ((flags & exception_several) != 0 && !s.detached && by == s.culprit_frame) return true;
      const bool stopped = (flags & (exception_cancels | exception_ends)) != 0;
      return !known().who.is_user(by) && ((flags & exception_several) != 0 || !stopped) &&
             known().blame.waited(by) == joined;
    });
    return found == all.rend() ? nullptr : &*found;
  }

  bool is_awaited_by(std::uint32_t frame, std::uint32_t by) {
    if (frame == by) return false;
    while (frame != 0 && frame != by) frame = known().who.awaiter(frame);
    return frame == by;
  }

  std::span<const event> trace_;
  exception_lives lives_;
  bool was_cut_, is_cancelled_;
  std::size_t cancelled_at_ = 0;
  std::optional<relations> relations_;
};

}  // namespace

std::string_view name_of(fate f) {
  constexpr std::array<std::string_view, 15> names = {
      "surfaced",  "reported", "translated", "retried",  "returned",
      "recovered", "declared", "ended",      "unjudged", "undecided",
      "swallowed", "masked",   "dropped",    "replaced", "terminated"};
  return names.at(static_cast<std::size_t>(f));
}

story_list exception_stories(const outcome& what) { return fates(what).judge(); }

}  // namespace cofault
