// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace cofault::detail {

// Whether what this part of the program throws and catches comes by the exception hooks. Else no
// exception could be followed, and everything would pass. Tried once for the process.
bool exceptions_are_seen();

}  // namespace cofault::detail
