// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cofault {

// What an operation reports when it goes wrong, named independently of a runtime. An adapter turns
// it into its own error (for Asio a system_error or an error_code).
enum class io_error : std::uint8_t {
  failed,
  eof,
  reset,
  refused,
  pipe,
  no_memory,
  no_descriptors,
  host_not_found,
  timed_out,
  closed,
};

// How a fault is executed at an await point.
enum class fault_kind : std::uint8_t {
  throw_error,  // instead of the operation, throw the runtime's exception for `value` (an io_error)
  throw_value,  // instead of the operation, throw the caller's exception number `value` (from 0)
  code,         // instead of the operation, complete with the error code for `value` (an io_error)
};

// What goes wrong at one await point.
struct fault {
  fault_kind kind = fault_kind::throw_error;
  std::uint8_t value = 0;
  // Also each time that it is tried again: the same coroutine, or one that awaits it, comes back to
  // where it was, and so to this await, perhaps in a new coroutine of the same function.
  bool persistent = false;

  friend auto operator<=>(const fault&, const fault&) = default;
};

// The exception that stands for "the operation failed" where no runtime supplies one of its own.
class injected_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The enumerator's name ("eof").
std::string_view name_of(io_error error);

// The fault in a plan's text: "throw:eof", "throw#1", "code:eof"; a persistent one ends in '*'.
std::string encode(const fault& what);

// The inverse of encode; nothing for any other text.
std::optional<fault> parse_fault(std::string_view text);

}  // namespace cofault
