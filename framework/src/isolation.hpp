// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

#include "cofault/driver.hpp"
#include "cofault/options.hpp"
#include "cofault/plan.hpp"

namespace cofault::detail {

// sweep() in forked children: a death becomes a finding, and the next child goes on behind it.
void sweep_isolated(const driver_factory& body, const options& how);

// Whether two runs without faults do, in a forked child. If so, box() tells where.
bool runs_differ(const driver_factory& body, const options& how);

// Whether the run without faults waits in vain in a forked child, which has none of the other
// threads of this process: for a pool of a fixture's, for example. It may be tried in both. If that
// cannot be told, box() says why.
bool needs_other_threads(const driver_factory& body, const options& how);

// rehearse() in a forked child, unless the options ask for this process. Returns what that child
// printed last, if it died.
std::string rehearse_isolated(const driver_factory& body, const options& how, const plan& p);

}  // namespace cofault::detail
