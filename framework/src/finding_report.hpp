// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

#include "cofault/explore.hpp"

namespace cofault::detail {

// The finding in at most 25 lines. Reads the trace of the run that shows it.
std::string report_of(const finding& what, std::uint32_t frame);

}  // namespace cofault::detail
