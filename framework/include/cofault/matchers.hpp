// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gmock/gmock.h>

#include "cofault/explore.hpp"

namespace cofault {}  // namespace cofault
