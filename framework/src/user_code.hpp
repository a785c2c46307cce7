// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace cofault::sites {

// What was registered as user code, in order.
const std::vector<std::string>& user_paths();

}  // namespace cofault::sites
