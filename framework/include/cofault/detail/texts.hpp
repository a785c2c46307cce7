// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

namespace cofault::detail {

// The text that the latest run kept under the index (an assertion's message, a resource's label).
std::string_view text_of(std::uint32_t index);

}  // namespace cofault::detail
