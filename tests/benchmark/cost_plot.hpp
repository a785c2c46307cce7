// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>

namespace bench {

// How many await points a sweep has, and what it costs in nanoseconds.
using cost_by_size = std::map<int, double>;

// Writes the costs of a sweep against its size as an SVG, both axes logarithmic. False: it could
// not be written.
bool write_cost_plot(const std::string& file, const std::map<std::string, cost_by_size>& curves);

}  // namespace bench
