// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Text for people to read. A column is a character of UTF-8.
namespace cofault::detail {

std::size_t columns(std::string_view text);

// The text, or its first `most` - 1 columns and "…".
std::string cut(std::string text, std::size_t most);

// Its lines, broken between words so that each fits into the width: the first `most` of them.
std::vector<std::string> wrapped(const std::string& text, std::size_t width, std::size_t most);

}  // namespace cofault::detail
