// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/driver.hpp"
#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"

namespace cofault {

// What a run finds out that costs more than the rest.
enum class attention : std::uint8_t {
  usual,       // nothing
  output,      // whether a handler prints: two system calls for each behind a fault
  everything,  // and who created each coroutine, what the exceptions say
};

// Executes the body once, in a fresh world, under one plan. A pure function of the plan as long as
// the body is deterministic. Throws std::logic_error when a run is already under way.
outcome run(const driver_factory& body, const plan& what, const options& how,
            attention paid = attention::usual);

}  // namespace cofault
