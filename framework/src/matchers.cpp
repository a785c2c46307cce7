// SPDX-License-Identifier: BSL-1.0
#include "cofault/matchers.hpp"

namespace cofault {}  // namespace cofault
