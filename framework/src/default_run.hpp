// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

#include "cofault/event.hpp"
#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "runner.hpp"

// The runs without faults that come before every trial. What they show goes to box().
namespace cofault::detail {

// Warms up, runs the body twice more, and judges that. `plain` and `trace` are of the run that
// faults are planned for. False: no fault is to be tried.
bool run_without_faults(const runner& make, const options& how, outcome& plain,
                        std::vector<event>& trace);

// The trace of a run, to be kept behind the next one.
std::vector<event> copy_of(const outcome& what);

// What the test itself got wrong: its failed assertions, and what its body threw.
void keep_failures(const outcome& what);

// Which await points in user code the trace has.
void note_seen(const std::vector<event>& trace);

}  // namespace cofault::detail
