// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

#include "last_words.hpp"

namespace cofault::detail {

// Standard output and error of this process go to one file in memory for as long as it lives: what
// a trial prints does not disturb the test's output, a death shows its last words, and a handler
// that prints can be told from one that does not.
class kept_output {
 public:
  // Redirects now.
  kept_output();
  kept_output(const kept_output&) = delete;
  kept_output& operator=(const kept_output&) = delete;
  // Undoes it.
  ~kept_output();

 private:
  bool before_;  // one inside another
  int file_, output_, error_;
  last_words if_it_dies_;
};

// Redirects this process to the file for the rest of its life.
void keep_output_in(int file);

// Forgets what was printed so far. Without a redirection: does nothing.
void forget_output();

// Grows with each byte that is printed; 0 without a redirection.
std::uint64_t printed_so_far();

}  // namespace cofault::detail
