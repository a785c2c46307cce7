// SPDX-License-Identifier: BSL-1.0
// Without the instrumentation, on purpose.
#include "promise_shapes_mixed.hpp"

mixed::task<int> mixed::forgotten_target() { co_return 2; }
