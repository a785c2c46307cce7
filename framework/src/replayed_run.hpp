// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/explore.hpp"

namespace cofault::detail {

// Of the run that is in the trace, and was an explaining one.
replayed_run run_just_replayed();

}  // namespace cofault::detail
