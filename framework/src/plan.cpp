// SPDX-License-Identifier: BSL-1.0
#include "cofault/plan.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cofault/site.hpp"
#include "plan_text.hpp"

namespace cofault {
namespace {

using detail::text_sink;

constexpr std::string_view root = "root", schedule = "schedule";

std::string number_of(std::uint64_t site) {
  char hex[17] = {};
  std::to_chars(hex, hex + 16, site, 16);
  return std::string("@") + hex;
}

void spell(const point& where, text_sink& out) {
  if (const std::uint32_t index = sites::find(where.site); index != 0) {
    detail::spell_site(index, out);
  } else {
    out.add("@");
    out.add_hex(where.site);
  }
  if (where.instance == 1 && where.visit == 1) return;
  out.add("/");
  out.add_number(where.instance);
  out.add(".");
  out.add_number(where.visit);
}

void spell(const deviation& d, text_sink& out) {
  if (d.where == root_point()) {
    out.add(root);
  } else if (is_schedule(d.what.kind)) {
    out.add(schedule);
  } else {
    spell(d.where, out);
  }
  out.add("=");
  detail::spell(d.what, out);
  if (!is_schedule(d.what.kind)) return;
  out.add(":");
  out.add_number(seed_of(d.where));
}

[[noreturn]] void refuse(std::string_view part, std::string_view why) {
  throw bad_plan("cofault: the plan '" + std::string(part) +
                 "' cannot be read: " + std::string(why) +
                 "; expected file.cpp:function+line/instance.visit=fault, as a report prints it "
                 "(where \"/1.1\" is left out)");
}

std::uint32_t number(std::string_view digits, std::string_view part, std::string_view what) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || digits[0] == '0')
    refuse(part,
           "its " + std::string(what) + " '" + std::string(digits) + "' is not a number from 1");
  return value;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos &&
         (text == "0" || text[0] != '0');
}

std::uint64_t site_key(std::string_view text, std::string_view part) {
  if (text.starts_with('@')) {
    std::uint64_t key = 0;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), key, 16);
    if (error != std::errc() || end != text.data() + text.size() || number_of(key) != text)
      refuse(part, "'" + std::string(text) + "' is not a site's number");
    return key;
  }
  // "file:function+line", perhaps "~rank": anything else can be no site's text.
  const std::size_t colon = text.find(':'), sign = text.find_last_of("+-");
  if (colon == 0 || colon == text.npos || sign == text.npos || sign < colon + 2)
    refuse(part, "'" + std::string(text) + "' names no await point");
  const std::string_view digits = text.substr(sign + 1);
  const std::size_t tilde = std::min(digits.find('~'), digits.size());
  const std::string_view rank = digits.substr(tilde);
  const bool is_start = digits == sites::start_mark && text[sign] == '+';
  if (!is_start &&
      (!is_number(digits.substr(0, tilde)) || !(rank.empty() || is_number(rank.substr(1)))))
    refuse(part, "'" + std::string(text) + "' does not end in a line offset");
  return sites::key_of(text);
}

bool belongs_to_root(const fault& f) {
  return is_request(f.kind) && (f.when == moment::start || f.when == moment::end);
}

// "random:7"
deviation parse_schedule(std::string_view what, std::string_view part) {
  const std::size_t colon = what.find(':');
  const auto kind = parse_fault(what.substr(0, colon));
  if (!kind || !is_schedule(kind->kind) || colon == what.npos)
    refuse(part, "a schedule is random:seed or pct3:seed");
  return {schedule_point(number(what.substr(colon + 1), part, "seed")), *kind};
}

// Cuts "/instance.visit" off; a '/' of the function's own name is followed by something else.
point take_visit(std::string_view& where, std::string_view part) {
  point out;
  const std::size_t slash = where.rfind('/');
  if (slash == where.npos) return out;
  const std::string_view behind = where.substr(slash + 1);
  const std::size_t dot = behind.find('.');
  if (dot == behind.npos && (behind.empty() || behind[0] < '0' || behind[0] > '9')) return out;
  if (dot == behind.npos) refuse(part, "'" + std::string(behind) + "' is no instance.visit");
  out.instance = number(behind.substr(0, dot), part, "instance");
  out.visit = number(behind.substr(dot + 1), part, "visit");
  where = where.substr(0, slash);
  return out;
}

deviation parse_deviation(std::string_view part) {
  const std::size_t equals = part.rfind('=');
  if (equals == part.npos) refuse(part, "it has no '='");
  std::string_view where = part.substr(0, equals);
  if (where == schedule) return parse_schedule(part.substr(equals + 1), part);
  const auto what = parse_fault(part.substr(equals + 1));
  if (where == root) {
    if (!what || !belongs_to_root(*what))
      refuse(part, "what can be done to the root is cancel:start, cancel:end and their like");
    return {root_point(), *what};
  }
  deviation out;
  out.where = take_visit(where, part);
  out.where.site = site_key(where, part);
  if (!what || belongs_to_root(*what) || is_schedule(what->kind) ||
      (where.ends_with(sites::start_mark) && what->kind != fault_kind::delay))
    refuse(
        part,
        "'" + std::string(part.substr(equals + 1)) +
            "' is not a fault of an await point: those are throw:eof, code:reset, throw#1, delay, "
            "cancel:suspended and their like");
  out.what = *what;
  return out;
}

}  // namespace

point root_point() { return {sites::key_of(root), 1, 1}; }

point schedule_point(std::uint32_t seed) {
  return {sites::key_of(schedule), std::max(seed, 1u), 1};
}

void plan::add(const deviation& next) {
  if (size() == capacity)
    throw std::length_error("cofault: a plan holds at most " + std::to_string(capacity) +
                            " deviations");
  if (many_.empty() && few_count_ < few_.size()) {
    few_[few_count_++] = next;
    return;
  }
  if (many_.empty()) many_.assign(few_.begin(), few_.end());
  few_count_ = 0;
  many_.push_back(next);
}

std::strong_ordering operator<=>(const plan& a, const plan& b) {
  if (const auto order = a.size() <=> b.size(); order != 0) return order;
  return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
}

bool has_schedule(const plan& p) {
  return std::any_of(p.begin(), p.end(),
                     [](const deviation& d) { return is_schedule(d.what.kind); });
}

void detail::spell(const plan& what, text_sink& out) {
  for (const deviation& d : what) {
    if (&d != what.begin()) out.add(";");
    cofault::spell(d, out);
  }
}

std::string encode(const plan& what) {
  detail::string_sink out;
  spell(what, out);
  return std::move(out.text);
}

plan parse_plan(std::string_view text) {
  plan out;
  if (text == "none") return out;
  if (text.ends_with(';')) refuse(text, "there is nothing behind its last ';'");
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = text.substr(0, end);
    if (part.empty()) refuse(text, "there is nothing before a ';'");
    if (out.size() == plan::capacity) refuse(text, "it has more deviations than a plan can hold");
    out.add(parse_deviation(part));
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace cofault
