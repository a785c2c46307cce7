// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "cofault/explore.hpp"
#include "steps_report.hpp"

namespace cofault::detail {

// The finding in some 40 lines, with the usual number of steps; `needed` has those on what it
// needs. Reads the trace of the run that shows it.
std::string report_of(const finding& what, const std::vector<std::string>& needed,
                      std::size_t most_steps = usual_steps);

}  // namespace cofault::detail
