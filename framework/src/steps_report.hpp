// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

// A run in words, a line a step.
namespace cofault::detail {

// Of the run in trace(), the last steps and that of the first fault: at most 12 lines. `with` is a
// heading, "with the fault": beside what follows stands what the run without faults did from there
// on. "": there is nothing to compare with.
std::vector<std::string> steps_of_run(std::string_view with);

// How it ended: "the root completes".
std::string last_step();

}  // namespace cofault::detail
