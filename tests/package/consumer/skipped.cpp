// SPDX-License-Identifier: BSL-1.0
// Takes no part in the target's precompiled header.
#include "check.hpp"
