// SPDX-License-Identifier: BSL-1.0
#include "cofault/fault.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cofault {
namespace {

constexpr std::array<std::string_view, 10> names = {
    "failed",         "eof",       "reset", "refused", "pipe", "no_memory", "no_descriptors",
    "host_not_found", "timed_out", "closed"};

std::optional<std::uint8_t> value_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<std::uint8_t>(i);
  return std::nullopt;
}

// Total, for texts that say what is wrong with a fault: a plan's text never holds a number.
std::string error_text(std::uint8_t value) {
  return value < names.size() ? std::string(names[value]) : "no. " + std::to_string(value);
}

constexpr std::array<std::string_view, 3> strengths = {"terminal", "partial", "total"};
constexpr std::array<std::string_view, 7> moments = {"running", "suspended", "due",  "late",
                                                     "resumed", "start",     "end"};

template <std::size_t N>
std::optional<std::uint8_t> index_in(const std::array<std::string_view, N>& all,
                                     std::string_view name) {
  const auto found = std::find(all.begin(), all.end(), name);
  if (found == all.end()) return std::nullopt;
  return static_cast<std::uint8_t>(found - all.begin());
}

std::string request_text(const fault& what) {
  std::string out = what.kind == fault_kind::stop      ? "stop"
                    : what.kind == fault_kind::destroy ? "destroy"
                    : what.kind == fault_kind::cancel  ? "cancel"
                                                       : "cancel-child";
  if (is_cancellation(what.kind) && what.value != 0 && what.value < strengths.size())
    out.append("-").append(strengths[what.value]);
  return out.append(":").append(name_of(what.when));
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

std::string encode(const fault& what) {
  std::string out;
  switch (what.kind) {
    case fault_kind::throw_error:
      out = "throw:" + error_text(what.value);
      break;
    case fault_kind::throw_value:
      out = "throw#" + std::to_string(what.value + 1);
      break;
    case fault_kind::code:
      out = "code:" + error_text(what.value);
      break;
    case fault_kind::delay:
      return what.value == 1 ? "delay" : "delay:" + std::to_string(what.value);
    case fault_kind::random:
      return "random";
    case fault_kind::pct:
      return "pct" + std::to_string(what.value);
    default:
      return request_text(what);
  }
  if (what.tries == 1) return out;
  return what.tries == 0 ? out + '*' : out + '*' + std::to_string(what.tries);
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
