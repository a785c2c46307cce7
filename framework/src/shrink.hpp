// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/driver.hpp"
#include "cofault/explore.hpp"
#include "cofault/options.hpp"

namespace cofault::detail {

// Replaces the finding's plan by the smallest that shows the same violation with the same culprit,
// a whole schedule by the delays it made. Runs plans, and so overwrites box() and the trace.
void shrink(const driver_factory& body, const options& how, finding& f);

// Runs the plan and says whether it shows the finding, too. What was found is in box(), the run in
// trace().
bool shows(const driver_factory& body, const options& how, const plan& p, const finding& f);

}  // namespace cofault::detail
