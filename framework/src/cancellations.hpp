// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"

// What one run cannot tell about a cancellation, but all runs of a sweep together can.
namespace cofault::detail {

// Behind a cancellation the program cleans up: cancel it a second time while it does.
void plan_second_cancellation(const outcome& what, const plan& p, const options& how);

// Keeps what the plan's cancellation did.
void note_cancellation(const outcome& what, const plan& p);

// Compares the notes: a request that comes before an operation is started must end it as one that
// comes while it is under way does. None of the requests did anything: that is an error.
void judge_cancellations();

}  // namespace cofault::detail
