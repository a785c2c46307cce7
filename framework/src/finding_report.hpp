// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "cofault/explore.hpp"

namespace cofault::detail {

// The finding in at most 40 lines; `needed` has those on what it needs. Reads the trace of the run
// that shows it.
std::string report_of(const finding& what, const std::vector<std::string>& needed);

}  // namespace cofault::detail
