// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace cofault::detail {

/// A place in the source. Line 0 means that the compiler kept no line for the instruction (merged
/// or generated code): the function is certain, its line is not known. The file is as recorded by
/// the compiler, joined with its compilation directory where it was relative; empty if not
/// recorded.
struct source_place {
  std::string function;  ///< demangled, as written by the demangler of this C++ runtime
  std::string file;
  unsigned line = 0;

  bool operator==(const source_place&) const = default;
};

/// What is known of an address: all of it, no more than the file that it belongs to, or nothing.
enum class debug_info { present, no_debug_info, unknown_address };

/// Everything known of a code address. `places` has the innermost inlined function first and the
/// function that really holds the instruction last; it is empty unless `state` is `present`.
struct address_info {
  debug_info state = debug_info::unknown_address;
  std::string module;    ///< path of the executable or shared object; empty for an unknown address
  std::string producer;  ///< the compiler's own words, "GNU C++20 …" or "… clang version …"
  std::vector<source_place> places;

  /// Whether clang compiled this code: its lines for handlers follow other rules than g++'s.
  [[nodiscard]] bool made_by_clang() const { return producer.find("clang") != std::string::npos; }
};

/// Looks up a code address of this process, shared objects included. The first call opens the debug
/// information, answers are cached, code loaded later is found. Safe to call from any thread and in
/// a forked child (unless the fork happened while another thread was inside). Never throws for lack
/// of information; allocates, so it must not run where allocations are being judged.
address_info describe(const void* address);

/// `describe` for a return address: the call lies before it, and may be the last thing in its
/// function.
address_info describe_call(const void* return_address);

/// The places of a code address, see `address_info::places`.
std::vector<source_place> places_of(const void* address);

/// The places of the call that returns to `return_address`, see `address_info::places`.
std::vector<source_place> places_of_call(const void* return_address);

/// The addresses of code at which the compiler noted a line: ascending, all of the function that
/// holds `address` (where it is in several parts, of the part that does).
std::vector<const void*> code_rows(const void* address);

/// At most `max` return addresses, innermost first. The first lies in the caller of `stack_here`,
/// after `skip` more frames were left out. Frames are physical ones: inlining is undone by
/// `describe_call`.
std::vector<const void*> stack_here(unsigned skip, unsigned max);

}  // namespace cofault::detail
