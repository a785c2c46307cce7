// SPDX-License-Identifier: BSL-1.0
// What the zoo's tests compare.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "zoo.hpp"

namespace zoo {

// What must be found: "property at file:line by plan".
std::string expected(const specimen& s);

// What was found, each in the same words.
std::vector<std::string> found(const cofault::exploration& result);

inline void PrintTo(const specimen& s, std::ostream* out) { *out << s.name; }

}  // namespace zoo
