// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/outcome.hpp"

namespace cofault {

// What became of an exception (docs/fates.md has the rules). Up to `unjudged` all is well.
enum class fate : std::uint8_t {
  surfaced,    // it is the root's outcome, or code outside the code under test received it
  reported,    // something was printed, or a sink written to, while it was being handled
  translated,  // another exception took its place at a handler, or carried it
  retried,     // its handler's coroutine came back to the same await point
  returned,    // its handler's coroutine returned a value right away: the error as a value
  recovered,   // the test observes a value behind the handler: it sees for itself
  declared,    // the test or the source says that it is handled on purpose
  ended,       // a cancellation or the end of a stream, dropped where nobody needs it
  unjudged,    // thrown for reasons of the program's own, and handled
  undecided,   // a coroutine of a type that is not instrumented kept it, and whether anybody looked
               // at it is not known
  swallowed,   // a handler ended it, and nothing came of it
  masked,      // it was dropped while another exception surfaced
  dropped,     // it died and no handler ever saw it
  replaced,    // a handler ended it, and the root's outcome is an exception with no link to it
  terminated,  // std::terminate
};
std::string_view name_of(fate f);
inline bool is_lost(fate f) { return f > fate::undecided; }

// A place in the program that is told by the address of an instruction, by an await point, or not
// at all.
struct code_place {
  code_place() = default;
  code_place(std::uint64_t address_, std::uint64_t end_address_, std::uint32_t site_)
      : address(address_), end_address(end_address_), site(site_) {}

  std::uint64_t address = 0;      // a return address; 0: none
  std::uint64_t end_address = 0;  // for a handler: the return address at its end
  std::uint32_t site = 0;
  detail::reused_vector<std::uint64_t> stack;  // who called the function of a coroutine, innermost first
  detail::reused_vector<std::uint64_t> start;  // who started it
  std::uint32_t function = 0;        // that coroutine's
};

// The story of one exception in one run.
struct exception_story {
  std::uint32_t number = 0;
  std::uint64_t type = 0;   // const std::type_info*
  std::uint32_t flags = 0;  // exception_flags
  bool of_fault = false;    // thrown by one, or right after one gave an error code
  fate end = fate::unjudged;
  std::uint32_t thrown_by = 0;  // coroutine
  code_place thrown;
  detail::reused_vector<std::uint32_t> left;  // the coroutines that it left, in order
  code_place handler;               // the one that ended it
  std::uint32_t handled_by = 0;     // its coroutine
  std::size_t handled_at = 0;       // index of the end of the handler in the trace; 0: none
  bool kept = false;                // by that handler, for longer than it was open
  bool detached = false;            // dropped by a spawned chain that nobody waits for
  bool joined = false;              // dropped by what waits for other coroutines, too
  code_place culprit;               // where it was lost
  std::uint32_t culprit_frame = 0;
};

using story_list = detail::reused_vector<exception_story>;

// The stories of all exceptions of a run, in order of birth.
story_list exception_stories(const outcome& what);

}  // namespace cofault
