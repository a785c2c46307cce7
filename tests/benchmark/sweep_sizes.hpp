// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <string>

#include "cost_plot.hpp"

namespace bench {

// Adds the sweeps of 10 … largest() await points, and the row that compares the last one with the
// law.
void add_sweep_sizes();

// What they cost, for the plot.
std::map<std::string, cost_by_size> sweep_curves(const std::map<std::string, double>& times);

}  // namespace bench
