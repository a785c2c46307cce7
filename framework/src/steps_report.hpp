// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// A run in words, a line a step.
namespace cofault::detail {

// Of many findings, and of the one that is replayed.
inline constexpr std::size_t usual_steps = 8, replayed_steps = 200;

// Of the run in trace(), the last `most` steps and that of the first fault. `with` is a heading,
// "with the fault": beside what follows stands what the run without faults did from there on. "":
// there is nothing to compare with.
std::vector<std::string> steps_of_run(std::string_view with, std::size_t most);

// How it ended: "the root completes".
std::string last_step();

}  // namespace cofault::detail
