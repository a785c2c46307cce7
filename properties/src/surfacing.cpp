// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/surfacing.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "cofault/detail/function_name.hpp"
#include "cofault/detail/handler_place.hpp"
#include "cofault/detail/source_text.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "declaration.hpp"
#include "early_await.hpp"

namespace cofault::properties {
namespace {

// A function that the coroutine called may have it.
std::string this_handler(const exception_story& s, const family& who,
                         const detail::place_in_source& place) {
  const std::string function = detail::normalised_function(place.function);
  const std::string in = "this handler in ", coroutine = who.name(s.culprit_frame);
  if (function.empty() || function == sites::function(who.function(s.culprit_frame)).name)
    return in + coroutine;
  const std::size_t scope = function.rfind("::");
  return in + function.substr(scope == function.npos ? 0 : scope + 2) + "(), called by " +
         coroutine + ",";
}

// `is_stranger`: who spawned the coroutine is not user code.
std::string explanation(const exception_story& s, const family& who,
                        const detail::place_in_source& place, bool is_stranger) {
  const std::string handler = this_handler(s, who, place);
  if (s.end == fate::swallowed)
    return handler +
           " ended the exception, and nothing came of it: it was not thrown on, reported, or "
           "returned as a value";
  if (s.end == fate::replaced)
    return handler +
           " ended the exception, and the root failed later with another one that tells nothing of "
           "it";
  std::string out = "the exception was never retrieved: ";
  if (s.detached && is_stranger)
    out += "it left " + who.name(s.culprit_frame) +
           " here, which was not spawned by user code, and nobody waits for that";
  else if (s.detached)
    out += "it ended a coroutine that was spawned here, and nobody waits for that";
  else
    out += (s.joined ? "the join that" : "what") + std::string(" is awaited here dropped it");
  return s.end == fate::masked ? out + "; another one surfaced in its place" : out;
}

// Without the source nobody can tell whether a comment declares it.
std::string unread(const exception_story& s, const detail::place_in_source& place, bool handler,
                   const family& who) {
  const std::string at =
      place.file.substr(place.file.rfind('/') + 1) + ":" + std::to_string(place.line);
  return (handler ? "a handler in " + who.name(s.culprit_frame) + " ended an exception at "
                  : "an exception was dropped at ") +
         at + ", but the source " + place.file +
         " was not found, in which a comment may say that this is meant so: set "
         "COFAULT_SOURCE_ROOT";
}

// g++ gives a call that stands in one expression with a co_await the line of the function's closing
// brace. That co_await was the last one before the call.
detail::place_in_source spawned_at(const code_place& where) {
  detail::place_in_source place = detail::place_in_source_of(where);
  if (where.site != 0 && detail::source_line(place.file, place.line) == "}")
    place = detail::place_in_source_of({0, 0, where.site});
  return place;
}

// The await at which the exception left the coroutine that is blamed.
detail::place_in_source left_at(const exception_story& s, std::span<const event> trace) {
  const auto last = std::find_if(trace.rbegin(), trace.rend(), [&](const event& e) {
    return e.kind == event_kind::arrived && e.frame == s.culprit_frame;
  });
  return detail::place_in_source_of({0, 0, last == trace.rend() ? 0 : last->site});
}

bool is_injected(const exception_story& s) { return (s.flags & exception_injected) != 0; }

// Of several faults one is enough: who hears of a later one knows that it failed, and so does the
// caller of a root that failed.
bool is_outdone(const exception_story& s, const story_list& all, bool root_threw) {
  return std::any_of(all.begin(), all.end(), [&](const exception_story& other) {
    const bool heard = other.end <= fate::recovered;
    // Of another fault of the plan, or of the same one that strikes every try.
    const bool other_fault = other.of_fault && other.number != s.number;
    return other_fault && heard && (other.number > s.number || (root_threw && is_injected(s)));
  });
}

std::string name_of(const detail::place_in_source& place) {
  if (place.function.empty()) return "code of which nothing is known: " + place.why;
  std::string out = detail::normalised_function(place.function);
  out += place.line == 0 ? "() in " : "() at ";
  out += place.file.substr(place.file.rfind('/') + 1);
  return place.line == 0 ? out : out + ":" + std::to_string(place.line);
}

violation kept_elsewhere(const exception_story& s, const detail::place_in_source& handler,
                         const std::string& by, bool seen = false) {
  const std::string advice =
      seen ? ": if somebody did, write \"// cofault: deliberate\" on the line of that await"
           : ": if that is a coroutine, say COFAULT_INSTRUMENT for the type it returns";
  violation v{s.culprit.site, s.culprit_frame,
              by + " kept an exception that was never thrown again, in " + name_of(handler) +
                  ". Whether anybody looked at it is not known" + advice,
              true};
  return v;
}

// Of a coroutine that nobody awaits. Nothing: the program has got it.
std::optional<violation> got_by_spawner(const exception_story& s,
                                        const detail::place_in_source& spawned, const family& who) {
  const detail::place_in_source handler = detail::handler_in_source(s.handler);
  if (spawned.is_elsewhere || sites::is_user(handler.file)) return std::nullopt;
  std::string text = "the exception that ended " + who.name(s.culprit_frame);
  if (spawned.line != 0)
    text += ", which was spawned at " + spawned.file.substr(spawned.file.rfind('/') + 1) + ":" +
            std::to_string(spawned.line) + ",";
  text += " was caught in " + name_of(handler) +
          " and never thrown again. Whether anybody looked at it is not known: if somebody did, "
          "write \"// cofault: deliberate\" on the line that spawned it";
  return violation{spawned.site(), s.culprit_frame, text, true};
}

// Nothing: it was meant so.
std::optional<violation> kept_by_awaited(const exception_story& s, const family& who) {
  const detail::place_in_source place = spawned_at(s.culprit);
  if (const auto said = declaration_at(place); said && said->deliberate) return std::nullopt;
  if (s.detached) return got_by_spawner(s, place, who);
  return kept_elsewhere(
      s, detail::handler_in_source(s.handler),
      "what " + who.name(s.culprit_frame) + " awaits at " + sites::place(s.culprit.site),
      s.handled_by != 0);
}

// Nothing: it was meant so.
std::optional<violation> violation_of(const exception_story& s, const family& who,
                                      std::span<const event> trace) {
  const bool handler = s.end == fate::swallowed || s.end == fate::replaced;
  detail::place_in_source place =
      handler ? detail::handler_in_source(s.culprit) : spawned_at(s.culprit);
  const bool is_stranger = s.detached && place.is_elsewhere;
  if (is_stranger) place = left_at(s, trace);
  // A coroutine that is not seen runs inside of one that is.
  if (handler && !place.file.empty() && !sites::is_user(place.file)) {
    if (!s.kept) return std::nullopt;
    return kept_elsewhere(s, place, "what " + who.name(s.culprit_frame) + " called");
  }
  if (!handler) {
    if (const std::uint32_t first = failed_before_await(s, who, trace))
      return violation{s.culprit.site, s.culprit_frame, early_await(s, first, who), true};
  }
  violation v;
  v.frame = s.culprit_frame;
  v.site = handler || !s.culprit.stack.empty() ? place.site() : s.culprit.site;
  v.text = explanation(s, who, place, is_stranger);
  if (handler && place.line == 0) {
    v.undecided = true;
    v.text = "a handler in " + who.name(s.culprit_frame) + " ended an exception, but " + place.why;
  } else if (place.line != 0 && !detail::source_line(place.file, place.line)) {
    v.undecided = true;
    v.text = unread(s, place, handler, who);
  } else if (const auto said = declaration_at(place)) {
    if (said->deliberate) return std::nullopt;
    v.text += said->complaint;
  }
  return v;
}

// There was one only, and the root failed with it.
bool is_outcome(const outcome& what) {
  if (what.exceptions != 1 || !what.has(event_kind::root_threw)) return false;
  const std::span<const event> trace = what.trace();
  const auto root = std::find_if(trace.rbegin(), trace.rend(),
                                 [](const event& e) { return e.kind == event_kind::root_threw; });
  return root != trace.rend() && root->other == 1;
}

}  // namespace

void surfacing::judge(const outcome& what, std::vector<violation>& out) const {
  if (is_outcome(what)) return;
  const story_list all = exception_stories(what);
  const bool root_threw = what.has(event_kind::root_threw);
  for (const exception_story& s : all) {
    const bool is_kept = s.end == fate::undecided;
    if (!is_kept && (!is_lost(s.end) || s.end == fate::terminated)) continue;
    if (is_outdone(s, all, root_threw)) continue;
    const family who(what.trace());
    if (auto v = is_kept ? kept_by_awaited(s, who) : violation_of(s, who, what.trace()))
      out.push_back(std::move(*v));
  }
}

}  // namespace cofault::properties
