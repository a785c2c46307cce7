// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cctype>

namespace cofault::detail {

// Whether it can stand in a name.
inline bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace cofault::detail
