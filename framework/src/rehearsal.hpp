// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/rehearse.hpp"

namespace cofault::detail {

// What explore() does for a rehearsal.
exploration rehearse_alone(rehearsing& asked, const driver_factory& body, const options& how);

}  // namespace cofault::detail
