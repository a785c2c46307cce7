// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/driver.hpp"
#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"

namespace cofault {

// Executes the body once, in a fresh world, under one plan. A pure function of the plan as long as
// the body is deterministic. Throws std::logic_error when a run is already under way.
// `explaining` also records who created each coroutine, which is slow.
outcome run(const driver_factory& body, const plan& what, const options& how,
            bool explaining = false);

}  // namespace cofault
