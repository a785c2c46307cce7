// SPDX-License-Identifier: BSL-1.0
#include "cofault/scheduler.hpp"

void mistake() {
  static_cast<void>(cofault::explore([](cofault::scheduler&) { return 1; }));
}
