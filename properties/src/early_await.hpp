// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "cofault/exception_story.hpp"
#include "cofault/family.hpp"

namespace cofault::properties {

// Of several awaits in one expression g++ looks at no result before the last has come: what is
// awaited second runs although the first has failed, and its own error is lost then. The coroutine
// that had failed first where `lost` was dropped so; 0: it was not.
std::uint32_t failed_before_await(const exception_story& lost, const family& who,
                                  std::span<const event> trace);

// What to say of it.
std::string early_await(const exception_story& lost, std::uint32_t first, const family& who);

}  // namespace cofault::properties
