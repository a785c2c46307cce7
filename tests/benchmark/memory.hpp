// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace bench {

// Prints what the process has in memory after a thousandth of so many trials, a tenth and all: runs
// without faults, with a throw, and in random order, each judged. False: it has grown in between.
bool print_memory(std::uint64_t trials);

}  // namespace bench
