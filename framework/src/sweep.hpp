// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/options.hpp"
#include "cofault/plan.hpp"
#include "runner.hpp"

namespace cofault::detail {

// Warm-up, the default run twice, then every plan from box().next on, each judged by every
// property. All results go to box(), so that another process can go on where this one died.
void sweep(const runner& make, const options& how);

// Warm-up and then only this plan, judged; its trace stays in trace().
void rehearse(const runner& make, const options& how, const plan& what);

}  // namespace cofault::detail
