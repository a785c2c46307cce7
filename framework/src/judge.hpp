// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"

namespace cofault::detail {

// An exception was lost, or that is undecided. In a run that did not ask whether a handler prints
// it may have been reported.
bool seems_to_lose(const outcome& what);

enum class verdict : std::uint8_t { good, bad, unsure };

// Asks every property about an outcome and adds what is violated to box(); counts it there where a
// bound kept it from an answer. With `looks_again` nothing is added where something is wrong with a
// run that seems_to_lose() an exception: then the verdict is unsure.
verdict judge(const outcome& what, const plan& p, const options& how, bool looks_again = false);

// Where the last deviation of the plan is; 0: nowhere, or not before a whole schedule is shrunk.
std::uint32_t site_of_fault(const plan& p);

}  // namespace cofault::detail
