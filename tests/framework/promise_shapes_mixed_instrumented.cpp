// SPDX-License-Identifier: BSL-1.0
#include <cofault/instrument.hpp>

#include "promise_shapes_mixed.hpp"

COFAULT_INSTRUMENT(mixed::task);

mixed::task<int> mixed::instrumented() { co_return 1; }
