// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <vector>

#include "cofault/driver.hpp"
#include "cofault/options.hpp"
#include "mailbox.hpp"

namespace cofault::detail {

// Warm-up, the default run twice, then every plan from box().next on, each judged by every
// property. All results go to box(), so that another process can go on where this one died.
void sweep(const driver_factory& body, const options& how);

// Warm-up and then only this plan, judged; its trace stays in trace().
void rehearse(const driver_factory& body, const options& how, const plan& what);

}  // namespace cofault::detail
