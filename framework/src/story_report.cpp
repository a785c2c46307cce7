// SPDX-License-Identifier: BSL-1.0
#include "story_report.hpp"

#include <algorithm>
#include <typeinfo>

#include "cofault/detail/handler_place.hpp"
#include "cofault/detail/source_text.hpp"
#include "cofault/detail/type_name.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

constexpr std::string_view surfaces = "every exception surfaces",
                           terminates = "no exception ends in std::terminate";

outcome shown_run() {
  const trace_buffer& t = trace();
  outcome out;
  out.first = t.events;
  out.count = t.count();
  return out;
}

std::string type_name(std::uint64_t type) {
  if (type == 0) return "an exception";
  return detail::type_name(*reinterpret_cast<const std::type_info*>(type));
}

// "pool.cpp:31 | co_await reset();"
std::string quote(const place_in_source& p) {
  if (p.line == 0) return "a place that has no name: " + p.why;
  const std::string source =
      source_of_await(p.file, p.line).value_or("(source not found: set COFAULT_SOURCE_ROOT)");
  return p.file.substr(p.file.rfind('/') + 1) + ":" + std::to_string(p.line) + " | " + source;
}

bool ended_by_handler(const exception_story& s) {
  return s.end == fate::swallowed || s.end == fate::replaced;
}

place_in_source culprit_of(const exception_story& s) {
  return ended_by_handler(s) ? handler_in_source(s.culprit) : place_in_source_of(s.culprit);
}

bool is_about(const finding& f, const exception_story& s) {
  if (f.property == terminates) return s.end == fate::terminated;
  if (!is_lost(s.end)) return false;
  const bool await_point = !ended_by_handler(s) && s.culprit.stack.empty();
  return f.site == (await_point ? s.culprit.site : culprit_of(s).site());
}

code_place thrown_at(const exception_story& s) {
  code_place out;
  if (s.thrown.address != 0) out.stack.push_back(s.thrown.address);
  return out;
}

std::string birth(const exception_story& s, const family& who) {
  std::string out = type_name(s.type);
  if ((s.flags & exception_injected) != 0) return out + ", thrown by the fault";
  if (s.thrown_by != 0) out += ", thrown in " + who.name(s.thrown_by);
  const place_in_source at = place_in_source_of(thrown_at(s));
  return at.line == 0 ? out : out + " at " + quote(at);
}

std::string journey(const exception_story& s, const family& who) {
  constexpr std::size_t most = 4;
  std::vector<std::string> names;
  for (const std::uint32_t f : s.left) {
    const std::string name = who.name(f);
    if (who.is_user(f) && (names.empty() || names.back() != name)) names.push_back(name);
  }
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < most; ++i)
    out += (i == 0 ? "left " : ", ") + names[i];
  return names.size() > most ? out + ", …" : out;
}

std::string loss(const exception_story& s, const family& who) {
  if (s.end == fate::terminated) return "";
  const std::string where = quote(culprit_of(s));
  if (ended_by_handler(s)) return "ended in " + who.name(s.handled_by) + " by " + where;
  if (s.detached) return "died with the coroutine that was spawned at " + where;
  return (s.joined ? "dropped by the join that " : "dropped by what ") + who.name(s.culprit_frame) +
         " awaits at " + where;
}

// What the root failed with instead.
std::string outcome_instead(const exception_story& s, const story_list& all, const family& who) {
  if (s.end != fate::masked && s.end != fate::replaced) return "";
  const outcome run = shown_run();
  for (const event& e : run.trace()) {
    if (e.kind != event_kind::root_threw && e.kind != event_kind::escaped) continue;
    for (const exception_story& other : all)
      if (other.number == e.other) return "the root failed with " + birth(other, who);
  }
  return "";
}

}  // namespace

std::vector<std::string> story_of(const finding& f) {
  if (f.property != surfaces && f.property != terminates) return {};
  const outcome run = shown_run();
  const family who(run.trace());
  const story_list all = exception_stories(run);
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const auto& s) { return is_about(f, s); });
  if (it == all.end()) return {};
  std::vector<std::string> out{birth(*it, who), journey(*it, who), loss(*it, who),
                               outcome_instead(*it, all, who)};
  std::erase(out, "");
  return out;
}

std::size_t end_of_handler(const finding& f) {
  for (const exception_story& s : exception_stories(shown_run()))
    if (f.site != 0 && s.handled_at != 0 && handler_in_source(s.handler).site() == f.site)
      return s.handled_at;
  return 0;
}

bool is_acceptable(const finding& f) {
  return f.property == surfaces || f.property == "every cancellation is honoured";
}

std::optional<violation> terminated_by() {
  const outcome run = shown_run();
  const auto events = run.trace();
  const auto end = std::find_if(events.rbegin(), events.rend(),
                                [](const event& e) { return e.kind == event_kind::terminating; });
  if (end == events.rend() || end->other == 0) return std::nullopt;
  const family who(events);
  for (const exception_story& s : exception_stories(run)) {
    if (s.number != end->other) continue;
    violation v;
    v.frame = end->frame;
    v.text = "std::terminate was called for " + type_name(s.type);
    if (end->frame != 0) v.text += " while " + who.name(end->frame) + " was running";
    v.text += ", by a noexcept function or a destructor that it may not leave, or by the program";
    if ((s.flags & exception_injected) == 0) v.site = place_in_source_of(thrown_at(s)).site();
    const auto reached = std::find_if(end, events.rend(), [&](const event& e) {
      return e.kind == event_kind::arrived && e.frame == end->frame;
    });
    if (v.site == 0 && who.is_user(end->frame) && reached != events.rend()) v.site = reached->site;
    return v;
  }
  return std::nullopt;
}

}  // namespace cofault::detail
