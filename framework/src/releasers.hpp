// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string_view>

namespace cofault::detail {

class run_state;

// Who was seen to give back resources of a label, in this exploration: operations of peers that the
// program awaits, coroutines of the program, anything else. What a fault kept from running could
// not give one back, and that is no leak of the program's, unless there is another way, which it
// has to take: a statement of its own, or an operation that is asked for behind faults only (a
// roll-back). Of these the last one has no other way.
namespace releasers {

// A resource of that label is given back now.
void note(const run_state& run, const char* label);

// How many of that label may be left over in this run for want of a way to give them back.
std::uint32_t kept_from_running(std::string_view label);

}  // namespace releasers
}  // namespace cofault::detail
