// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace cofault::detail {

// The bytes of the character that the text begins with; 0: none in UTF-8.
std::size_t utf8_character(std::string_view text);

}  // namespace cofault::detail
