// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

#include "cofault/exception_story.hpp"

namespace cofault::detail {

// Where something is in the source. Line 0: not known, and `why` is a sentence that tells why; file
// and function may be known all the same.
struct place_in_source {
  std::string file;
  std::uint32_t line = 0;
  std::string why;
  std::string function;
  bool is_elsewhere = false;  // it is known that user code has no part in it

  // Its index in the site table; 0 if the line is not known.
  std::uint32_t site() const;
};

// The `catch` of a handler. Compilers differ in the lines they give to it: see the definition.
// Slow the first time; answers are cached.
place_in_source handler_in_source(const code_place& handler);

// The place of a call or an await point.
place_in_source place_in_source_of(const code_place& place);

}  // namespace cofault::detail
