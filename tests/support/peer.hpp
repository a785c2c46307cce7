// SPDX-License-Identifier: BSL-1.0
// Coroutines of the test's side: this file is no user code.
#pragma once

#include "task.hpp"

namespace support {

// Awaits call() three times, whatever comes of it.
template <class Call>
task<> three_times(Call call) {
  for (int i = 0; i < 3; ++i) {
    try {
      co_await call();
    } catch (...) {
    }
  }
}

}  // namespace support
