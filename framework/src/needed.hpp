// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "cofault/driver.hpp"
#include "cofault/explore.hpp"
#include "cofault/options.hpp"

namespace cofault::detail {

// Of a finding with several deviations: what becomes of the run without each, a line each, in their
// order. Runs those plans.
std::vector<std::string> what_is_needed(const driver_factory& body, const options& how,
                                        const finding& f);

}  // namespace cofault::detail
