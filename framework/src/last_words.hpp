// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "cofault/plan.hpp"

namespace cofault::detail {

// While it lives, whatever ends this process (a signal, exit(), a sanitizer) first says which run
// was under way.
class last_words {
 public:
  // Around a rehearsal: costs next to nothing, since the process keeps the signal handlers.
  last_words();
  // Around runs whose output is kept in standard error's file: that is handed over to the real
  // standard error. `output` and `error` are the real ones.
  last_words(int output, int error);
  last_words(const last_words&) = delete;
  last_words& operator=(const last_words&) = delete;
  ~last_words();

  // Whether there is one: else nobody asks what is under way.
  static bool awaited();
  static void under_way(const plan& what);
  // One line, printed below when a rehearsal is not survived.
  static void add_to_rehearsal(std::string hint);

 private:
  bool outermost_, keeps_;
};

}  // namespace cofault::detail
