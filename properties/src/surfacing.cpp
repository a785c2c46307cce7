// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/surfacing.hpp"

#include <optional>

#include "cofault/detail/handler_place.hpp"
#include "cofault/detail/source_text.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

constexpr std::string_view mark = "cofault:", deliberate = "cofault: deliberate";

std::string explanation(const exception_story& s, const family& who) {
  switch (s.end) {
    case fate::swallowed:
      return "this handler in " + who.name(s.culprit_frame) +
             " ended the exception, and nothing came of it";
    case fate::replaced:
      return "this handler in " + who.name(s.culprit_frame) +
             " ended the exception, and the root failed later with another one that tells nothing "
             "of it";
    case fate::masked:
      return "what is awaited here dropped the exception: another one surfaced in its place";
    default:
      break;
  }
  if (s.detached)
    return "the exception was never retrieved: it ended a coroutine that was spawned here, and "
           "nobody waits for that";
  return "the exception was never retrieved: what is awaited here dropped it";
}

// What the source itself says about the place; nothing if it says nothing.
std::optional<std::string> declaration(const detail::place_in_source& place) {
  const auto comment = detail::comment_on(place.file, place.line);
  if (!comment) return std::nullopt;
  const std::size_t at = comment->find(mark);
  if (at == comment->npos) return std::nullopt;
  return comment->substr(at);
}

// Without the source nobody can tell whether a comment declares it.
std::string unread(const exception_story& s, const detail::place_in_source& place, bool handler,
                   const family& who) {
  const std::string at = place.file.substr(place.file.rfind('/') + 1) + ":" +
                         std::to_string(place.line);
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

}  // namespace

void surfacing::judge(const outcome& what, std::vector<violation>& out) const {
  const family who(what.trace());
  for (const exception_story& s : exception_stories(what)) {
    if (!is_lost(s.end) || s.end == fate::terminated) continue;
    const bool handler = s.end == fate::swallowed || s.end == fate::replaced;
    const detail::place_in_source place = handler ? detail::handler_in_source(s.culprit)
                                                  : spawned_at(s.culprit);
    violation v;
    v.frame = s.culprit_frame;
    v.site = handler || !s.culprit.stack.empty() ? place.site() : s.culprit.site;
    v.text = explanation(s, who);
    if (handler && place.line == 0) {
      v.undecided = true;
      v.text = "a handler in " + who.name(s.culprit_frame) + " ended an exception, but " + place.why;
    } else if (place.line != 0 && !detail::source_line(place.file, place.line)) {
      v.undecided = true;
      v.text = unread(s, place, handler, who);
    } else if (const auto said = declaration(place)) {
      if (said->starts_with(deliberate)) continue;
      v.text += "\nits comment '" + *said + "' is no declaration: write '" +
                std::string(deliberate) + "'";
    }
    out.push_back(std::move(v));
  }
}

}  // namespace cofault::properties
