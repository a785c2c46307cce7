// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

#include "cofault/options.hpp"

namespace cofault::detail {

// How far the search is, in one line: what was covered, plans a second, what the budgets leave.
// `nanoseconds`: for how long it has been under way.
std::string progress_line(const options& how, std::int64_t nanoseconds);

// Shows that line on a terminal for as long as it lives, and erases it then. Where the file is no
// terminal, nothing is written.
class progress {
 public:
  progress(const options& how, int file);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  // The line is shown anew. Short searches show none.
  void tick(std::int64_t nanoseconds);

 private:
  const options& how_;
  int file_;
  bool terminal_, shown_ = false;
};

}  // namespace cofault::detail
