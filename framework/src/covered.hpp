// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "cofault/explore.hpp"

namespace cofault::detail {

// What the sweep has tried so far, of what it wants to try.
std::vector<coverage> covered();

// "1 fault", "all 84 faults", "3,000 of 3,486 pairs".
std::string in_words(const coverage& what);

}  // namespace cofault::detail
