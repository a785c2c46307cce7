// SPDX-License-Identifier: BSL-1.0
#include "cofault/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "plan_text.hpp"

namespace cofault {
namespace {

using detail::text_sink;

constexpr std::array<std::string_view, 10> names = {
    "failed",         "eof",       "reset", "refused", "pipe", "no_memory", "no_descriptors",
    "host_not_found", "timed_out", "closed"};

std::optional<std::uint8_t> value_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<std::uint8_t>(i);
  return std::nullopt;
}

// Total, for texts that say what is wrong with a fault: a plan's text never holds a number.
void spell_error(std::uint8_t value, text_sink& out) {
  if (value < names.size()) return out.add(names[value]);
  out.add("no. ");
  out.add_number(value);
}

constexpr std::array<std::string_view, 3> strengths = {"terminal", "partial", "total"};
constexpr std::array<std::string_view, 7> moments = {"running", "suspended", "due", "late",
                                                     "resumed", "start",     "end"};

template <std::size_t N>
std::optional<std::uint8_t> index_in(const std::array<std::string_view, N>& all,
                                     std::string_view name) {
  const auto found = std::find(all.begin(), all.end(), name);
  if (found == all.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - all.begin());
}

void spell_request(const fault& what, text_sink& out) {
  out.add(what.kind == fault_kind::stop      ? "stop"
          : what.kind == fault_kind::destroy ? "destroy"
          : what.kind == fault_kind::cancel  ? "cancel"
                                             : "cancel-child");
  if (is_cancellation(what.kind) && what.value != 0 && what.value < strengths.size()) {
    out.add("-");
    out.add(strengths[what.value]);
  }
  out.add(":");
  out.add(name_of(what.when));
}

void spell_failure(const fault& what, text_sink& out) {
  if (what.kind == fault_kind::throw_value) {
    out.add("throw#");
    out.add_number(what.value + 1);
  } else {
    out.add(what.kind == fault_kind::code ? "code:" : "throw:");
    spell_error(what.value, out);
  }
  if (what.tries == 1) return;
  out.add("*");
  if (what.tries > 1) out.add_number(what.tries);
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<fault> parse_request(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto when = index_in(moments, text.substr(colon + 1));
  if (!when) return std::nullopt;
  std::string_view kind = text.substr(0, colon);
  fault out;
  out.when = static_cast<moment>(*when);
  if (kind == "stop" || kind == "destroy") {
    out.kind = kind == "stop" ? fault_kind::stop : fault_kind::destroy;
    return out;
  }
  take(kind, "cancel");
  out.kind = take(kind, "-child") ? fault_kind::cancel_child : fault_kind::cancel;
  if (kind.empty()) return out;
  if (!take(kind, "-")) return std::nullopt;
  const auto how = index_in(strengths, kind);
  if (!how || *how == 0) return std::nullopt;  // one text for one fault
  out.value = *how;
  return out;
}

// A number from 1, written in one way only.
std::optional<unsigned> number_in(std::string_view digits) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || digits[0] == '0')
    return std::nullopt;
  return number;
}

std::optional<fault> numbered(fault_kind kind, std::string_view digits, unsigned least) {
  const auto number = number_in(digits);
  if (!number || *number < least || *number > 255) return std::nullopt;
  return fault{kind, static_cast<std::uint8_t>(*number)};
}

}  // namespace

std::string_view name_of(cancel_strength how) {
  return strengths.at(static_cast<std::size_t>(how));
}
std::string_view name_of(moment when) { return moments.at(static_cast<std::size_t>(when)); }

std::string_view name_of(io_error error) { return names.at(static_cast<std::size_t>(error)); }

void detail::spell(const fault& what, text_sink& out) {
  if (is_failure(what.kind)) return spell_failure(what, out);
  if (is_request(what.kind)) return spell_request(what, out);
  if (what.kind == fault_kind::random) return out.add("random");
  out.add(what.kind == fault_kind::pct ? "pct" : "delay");
  if (what.kind == fault_kind::delay && what.value == 1) return;
  if (what.kind == fault_kind::delay) out.add(":");
  out.add_number(what.value);
}

std::string encode(const fault& what) {
  detail::string_sink out;
  spell(what, out);
  return std::move(out.text);
}

std::optional<fault> parse_fault(std::string_view text) {
  if (text.starts_with("cancel") || text.starts_with("stop:") || text.starts_with("destroy:"))
    return parse_request(text);
  if (text == "delay") return fault{fault_kind::delay, 1};
  if (take(text, "delay:")) return numbered(fault_kind::delay, text, 2);
  if (text == "random") return fault{fault_kind::random};
  if (take(text, "pct")) return numbered(fault_kind::pct, text, 1);
  fault out;
  if (const std::size_t star = text.find('*'); star != text.npos) {
    const std::string_view tries = text.substr(star + 1);
    const auto number = tries.empty() ? 0u : number_in(tries);
    if (!number || *number == 1 || *number > 255) return std::nullopt;
    out.tries = static_cast<std::uint8_t>(*number);
    text = text.substr(0, star);
  }
  std::optional<std::uint8_t> value;
  if (take(text, "throw#")) {
    out.kind = fault_kind::throw_value;
    if (const auto number = number_in(text); number && *number <= 256)
      value = static_cast<std::uint8_t>(*number - 1);
  } else if (take(text, "throw:")) {
    out.kind = fault_kind::throw_error;
    value = value_of(text);
  } else if (take(text, "code:")) {
    out.kind = fault_kind::code;
    value = value_of(text);
  }
  if (!value) return std::nullopt;
  out.value = *value;
  return out;
}

}  // namespace cofault
