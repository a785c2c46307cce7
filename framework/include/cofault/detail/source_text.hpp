// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The text behind the lines that debug information and std::source_location name. Every function
// takes a file as it was recorded by the compiler, reads it once, and answers with nothing rather
// than a guess where there is no such file or line. Lines count from 1. All of it is safe to call
// from any thread.

namespace cofault::detail {

/// Where to look for files that are not at their recorded path (moved, or recorded with a mapped
/// prefix): the longest tail of the recorded path that exists below `path` is taken. Overrides the
/// environment variable COFAULT_SOURCE_ROOT; an empty path goes back to it. What was read before is
/// forgotten.
void set_source_root(std::string path);

/// The text of a line, without the white space around it.
std::optional<std::string> source_line(std::string_view file, unsigned line);

/// The line above on which the await began that goes on on this one, which has no co_await itself.
/// g++ names the line on which such an expression ends, clang that of its keyword.
std::optional<unsigned> await_line(std::string_view file, unsigned line);

/// The line on which the innermost await began that goes on at that column, in bytes from 1. A
/// std::source_location names another place in it with g++ than with clang.
std::optional<unsigned> await_line(std::string_view file, unsigned line, unsigned column);

/// The text of a line; where that only goes on with an await, its beginning stands in front:
/// "co_await both( … );".
std::optional<std::string> source_of_await(std::string_view file, unsigned line);

/// The text of the comments on a line, without their marks and the white space around them.
std::optional<std::string> comment_on(std::string_view file, unsigned line);

/// One `catch (…) {…}`: the lines of the keyword, of the opening brace and of the closing brace.
struct handler_lines {
  unsigned keyword = 0;
  unsigned open = 0;
  unsigned close = 0;
};

/// One try statement: the line of `try`, of its own block's closing brace, and its handlers in
/// order.
struct try_lines {
  unsigned keyword = 0;
  unsigned body_close = 0;
  unsigned depth = 0;  ///< how many braces are open around it
  std::vector<handler_lines> handlers;

  /// The line of the last handler's closing brace.
  [[nodiscard]] unsigned last() const {
    return handlers.empty() ? body_close : handlers.back().close;
  }
};

/// The innermost try statement with `line` between its `try` and its last brace, both included.
std::optional<try_lines> try_statement(std::string_view file, unsigned line);

/// First and last line of `try_statement`.
std::optional<std::pair<unsigned, unsigned>> try_range(std::string_view file, unsigned line);

/// The line of the `catch` whose handler contains line `from`, or ends on it: the innermost; of
/// several neighbours that share the line, the one that ends there; of these, the last. This is
/// what to ask for the line that clang gives to a handler's `__cxa_end_catch`.
std::optional<unsigned> catch_line(std::string_view file, unsigned from);

/// The line of the `catch` whose `__cxa_begin_catch` clang gives to line `from`. Clang writes
/// handlers last to first and leaves the line of what it wrote before: the last handler carries the
/// brace that closes the try block, every other one the brace that closes the handler after it.
/// Nothing if `from` is no such brace, or several such on one line lead to different answers.
std::optional<unsigned> catch_line_before(std::string_view file, unsigned from);

}  // namespace cofault::detail
