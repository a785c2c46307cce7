// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace cofault::detail {

// While it lives, whatever ends this process (a signal, exit(), a sanitizer) first hands over what
// was printed into standard error's file to the real standard error, and says what was under way.
// One at a time: inside another one it does nothing.
class last_words {
 public:
  // The real standard output and error.
  last_words(int output, int error);
  last_words(const last_words&) = delete;
  last_words& operator=(const last_words&) = delete;
  ~last_words();

  // Whether there is one: else nobody asks what is under way.
  static bool awaited();
  // One line.
  static void under_way(std::string what);

 private:
  bool first_;
};

}  // namespace cofault::detail
