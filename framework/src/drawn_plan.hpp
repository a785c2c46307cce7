// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/plan.hpp"

namespace cofault::detail {

// A property has run a body with the plan that it got; `done` is what was run.
void note_run(const plan& drawn, const plan& done);

// Then it ran it with that of COFAULT_REPLAY: this is the plan to print.
void note_replay(const plan& replayed);

}  // namespace cofault::detail
