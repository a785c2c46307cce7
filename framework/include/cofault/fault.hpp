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
  cancel,        // request the cancellation of the root, of strength `value` (a cancel_strength)
  cancel_child,  // the same of the spawned chain that the coroutine belongs to, by its own slot
  stop,          // stop the runtime: what has not run by then never will
  destroy,       // destroy the world with all that is pending in it
  delay,         // of the schedule: what waits here lets everything else that is ready run first,
                 // `value` times in a row
  random,        // a whole schedule: each step takes any of what is ready, as the seed says
  pct,           // … of the priorities of PCT for bugs of depth `value`, as the seed says
};

// How thoroughly a cancellation is meant, in Asio's words. A runtime that knows one kind only takes
// every strength for that.
enum class cancel_strength : std::uint8_t { terminal, partial, total };

// At which moment of an await point a cancellation is requested, or the world ended.
enum class moment : std::uint8_t {
  running,    // before the operation is started: the coroutine runs between two awaits
  suspended,  // as soon as the step is over in which the coroutine suspended
  due,        // the clock has moved to the time of the completion, which comes behind the request
  late,       // the operation is complete, the coroutine has not been resumed yet
  resumed,    // the completion has just resumed the coroutine, in the same step
  start,      // of the root: before its first step
  end,        // of the root: after its completion
};

// What goes wrong at one await point.
struct fault {
  fault_kind kind = fault_kind::throw_error;
  std::uint8_t value = 0;
  // How many tries it strikes: the first one, and so many more in all when it is tried again. That
  // is: the same coroutine, or one that awaits it, comes back to where it was, and so to this
  // await, perhaps in a new coroutine of the same function. 0: every try.
  std::uint8_t tries = 1;
  moment when = moment::running;  // of a cancellation, a stop, a destruction

  friend auto operator<=>(const fault&, const fault&) = default;
};

// Whether it is requested of the runtime, and does not take the place of the operation.
constexpr bool is_request(fault_kind kind) {
  return kind >= fault_kind::cancel && kind <= fault_kind::destroy;
}
// Whether it takes the place of the operation.
constexpr bool is_failure(fault_kind kind) { return kind < fault_kind::cancel; }
// Whether it is no fault: only what runs next is another piece of work than first come, first
// served would take.
constexpr bool is_of_schedule(fault_kind kind) { return kind >= fault_kind::delay; }
// Whether it stands for a whole schedule.
constexpr bool is_schedule(fault_kind kind) { return kind >= fault_kind::random; }
constexpr bool is_cancellation(fault_kind kind) {
  return kind == fault_kind::cancel || kind == fault_kind::cancel_child;
}

// The exception that stands for "the operation failed" where no runtime supplies one of its own.
class injected_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The enumerator's name ("eof").
std::string_view name_of(io_error error);

std::string_view name_of(cancel_strength how);
std::string_view name_of(moment when);

// The fault in a plan's text: "throw:eof", "throw#1", "code:eof", with '*' behind it for every try,
// '*3' for three; "cancel:suspended", "cancel-total:running", "cancel-child:late", "stop:running",
// "destroy:late"; "delay", "delay:3". Of a whole schedule "random" and "pct3", the seed apart.
std::string encode(const fault& what);

// The inverse of encode; nothing for any other text.
std::optional<fault> parse_fault(std::string_view text);

}  // namespace cofault
