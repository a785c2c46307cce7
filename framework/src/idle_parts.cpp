// SPDX-License-Identifier: BSL-1.0
#include "idle_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "counted.hpp"
#include "joined_operation.hpp"
#include "mailbox.hpp"
#include "nearest_site.hpp"
#include "soundness.hpp"

namespace cofault::detail {
namespace {

using kind = where_part::kind;

// An await point in user code, or the start of a coroutine that could be delayed.
bool is_point(const event& e) {
  if (e.kind == event_kind::arrived) return is_await_point(e);
  return e.kind == event_kind::choice && e.site != 0 &&
         sites::function(sites::site(e.site).function).user;
}

reached_point point_of(const event& e, const family& who) {
  if (e.kind == event_kind::arrived) return point_at(e, who);
  return {{sites::site(e.site).key, static_cast<std::uint32_t>(e.value >> 32),
           static_cast<std::uint32_t>(e.value)},
          e.site,
          e.frame,
          0};
}

// Those of one injector but the last, which is all of its selector: that one is an error.
std::size_t count_of(const std::vector<where_part>& parts) {
  return parts.empty() ? 0 : parts.size() - 1;
}

// Those that were not met, for no fault of what they are made of.
template <class IsMet>
std::vector<std::size_t> wrong_ones(const std::vector<where_part>& parts, std::size_t count,
                                    IsMet is_met) {
  std::vector<std::size_t> out;
  std::vector<bool> sound(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<std::size_t>& of = parts[i].made_of;
    const bool blamed =
        std::all_of(of.begin(), of.end(), [&](std::size_t inner) { return bool(sound[inner]); });
    sound[i] = blamed && is_met(i);
    if (blamed && !is_met(i)) out.push_back(i);
  }
  return out;
}

// As many names from the end as `like` has: "pool::session" of "app::pool::session".
std::string end_of(std::string_view name, std::string_view like, std::string_view separator) {
  std::size_t at = name.rfind(separator);
  for (std::size_t from = like.find(separator); from != like.npos && at != name.npos;
       from = like.find(separator, from + 1))
    at = at == 0 ? name.npos : name.rfind(separator, at - 1);
  return std::string(at == name.npos ? name : name.substr(at + separator.size()));
}

std::vector<std::uint32_t> places_seen() {
  const mailbox& b = box();
  std::vector<std::uint32_t> out(b.seen, b.seen + b.seen_count);
  out.insert(out.end(), b.later, b.later + std::min(b.later_count, mailbox::max_list));
  return out;
}

// What was reached is called so, in as many words as the part's name.
std::vector<std::string> names_like(const where_part& part) {
  std::vector<std::string> out;
  for (const std::uint32_t i : places_seen()) {
    const site_info& s = sites::site(i);
    const function_info& f = sites::function(s.function);
    if (part.what == kind::function) out.push_back(end_of(f.name, part.name, "::"));
    if (part.what == kind::file) out.push_back(end_of(f.file, part.name, "/"));
    if (part.what != kind::operation) continue;
    std::string_view name = s.operation;
    if (name.ends_with("()") && !part.name.ends_with("()")) name.remove_suffix(2);
    out.emplace_back(name);
  }
  return out;
}

// Of the awaits in that file the line that is nearest; 0: there are none.
std::uint32_t nearest_line(const where_part& part) {
  const auto distance = [&](std::uint32_t line) {
    return std::max(line, part.number) - std::min(line, part.number);
  };
  std::uint32_t out = 0;
  for (const std::uint32_t i : places_seen()) {
    const site_info& s = sites::site(i);
    if (end_of(sites::function(s.function).file, part.name, "/") != part.name) continue;
    if (out == 0 || distance(s.line) < distance(out)) out = s.line;
  }
  return out;
}

// What may have been meant; "": nothing is near.
std::string meant_by(const where_part& part) {
  const mailbox& b = box();
  if (part.what == kind::visit)
    return "no coroutine came to one await point more often than " + counted(b.most_visits, "time");
  if (part.what == kind::coroutine)
    return "no function had more than " + counted(b.most_coroutines, "coroutine");
  if (part.what == kind::file)
    if (const std::uint32_t line = nearest_line(part); line != 0)
      return "did you mean line " + std::to_string(line) + "?";
  const std::string name = nearest_of(part.name, names_like(part));
  return name.empty() ? "" : "did you mean '" + name + "'?";
}

// The part of that number among those of all injectors.
bool met(std::size_t number) { return number >= mailbox::max_parts || box().part_met[number]; }

// What to do about it.
std::string advice(const where_part& part) {
  const std::string meant = meant_by(part);
  if (meant.empty()) return "correct it, or leave it out; reached were " + seen_places();
  return meant + (meant.ends_with('?') ? " Else leave it out" : "; correct it, or leave it out");
}

std::string sentence(const where_part& part, const std::string& selector) {
  return "'" + part.text + "' in the selector " + selector +
         " matches no await point in user code that was reached, so it " +
         (part.excludes ? "excludes" : "selects") + " nothing: " + advice(part);
}

}  // namespace

part_watch::part_watch(const options& how) {
  std::uint32_t number = 0;
  for (const auto& injector : how.injectors()) {
    std::vector<where_part> parts = injector->parts();
    for (std::size_t i = 0; i < count_of(parts); ++i, ++number) {
      if (number >= mailbox::max_parts || box().part_met[number]) continue;
      wanted_.push_back(std::move(parts[i]));
      number_.push_back(number);
    }
  }
}

void part_watch::look(std::span<const event> trace, std::size_t begin) {
  if (wanted_.empty()) return;
  const family who(trace);
  for (const event& e : trace.subspan(begin))
    if (is_point(e)) look_at(description_of(point_of(e, who)));
}

void part_watch::look_at(const await_point& point) {
  note_numbers(point);
  for (std::size_t i = wanted_.size(); i-- > 0;) {
    if (!wanted_[i].matches(point)) continue;
    box().part_met[number_[i]] = true;
    wanted_.erase(wanted_.begin() + static_cast<std::ptrdiff_t>(i));
    number_.erase(number_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::vector<std::string> idle_parts(const options& how) {
  std::vector<std::string> out;
  if (!everything_was_seen()) return out;
  std::size_t begin = 0;
  for (const auto& injector : how.injectors()) {
    const std::vector<where_part> parts = injector->parts();
    const auto is_met = [&](std::size_t i) { return met(begin + i); };
    for (const std::size_t i : wrong_ones(parts, count_of(parts), is_met))
      out.push_back(sentence(parts[i], injector->where()));
    begin += count_of(parts);
  }
  return out;
}

std::string slip_in(const options& how, std::size_t injector) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < injector; ++i) begin += count_of(how.injectors()[i]->parts());
  const std::vector<where_part> parts = how.injectors()[injector]->parts();
  const auto is_met = [&](std::size_t i) { return i < count_of(parts) && met(begin + i); };
  for (const std::size_t i : wrong_ones(parts, parts.size(), is_met))
    if (const std::string meant = meant_by(parts[i]); !meant.empty())
      return (parts[i].text == parts.back().text ? "; " : "; of '" + parts[i].text + "': ") + meant;
  return "";
}

void note_numbers(const await_point& point) {
  mailbox& b = box();
  b.most_visits = std::max(b.most_visits, point.visit);
  b.most_coroutines = std::max(b.most_coroutines, point.instance);
}

}  // namespace cofault::detail
