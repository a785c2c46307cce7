// SPDX-License-Identifier: BSL-1.0
#include "cofault/fault.hpp"

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

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

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
  }
  return what.persistent ? out + '*' : out;
}

std::optional<fault> parse_fault(std::string_view text) {
  fault out;
  if (text.ends_with('*')) {
    out.persistent = true;
    text.remove_suffix(1);
  }
  std::optional<std::uint8_t> value;
  if (take(text, "throw#")) {
    out.kind = fault_kind::throw_value;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && text[0] != '0' && number <= 256)
      value = static_cast<std::uint8_t>(number - 1);
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
