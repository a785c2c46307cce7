// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "child.hpp"
#include "cofault/options.hpp"

namespace cofault::detail {

// A trial took its process with it: what is found of that goes into box(). Its plan is the one
// under way there.
void record_death(const child_end& end, const options& how);

}  // namespace cofault::detail
