// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

// A run in words, a line a step.
namespace cofault::detail {

// Of the run in trace(), the last steps and that of the first fault.
std::vector<std::string> steps_of_run();

// What the run without faults did from where the one in trace() left its course.
std::vector<std::string> steps_without();

}  // namespace cofault::detail
