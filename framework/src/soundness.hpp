// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candidates.hpp"
#include "cofault/event.hpp"
#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"

// What makes an exploration pointless, whatever the code under test does. Each refuse_… tells the
// mailbox (mailbox::fail) why.
namespace cofault::detail {

// A second thread took part, or coroutines that were compiled without instrumentation.
void refuse_unsound(const outcome& what);

// Two runs without faults differ.
void refuse_different(const std::vector<event>& a, const std::vector<event>& b, const options& how);
// They do in something that is in no trace.
void refuse_different(std::string_view what);

// A bound cut the run without faults short.
void refuse_endless(const outcome& what, const options& how);

// Why the fault cannot be executed at a point with these await_flags; "" if it can.
std::string misfit(const fault& f, std::uint64_t flags, const options& how);

// A deviation of the plan meets its point in the trace and does not fit there.
void refuse_misfits(const std::vector<event>& trace, const plan& p, const options& how);

// The sweep in box() came to its end, and nothing was wrong without faults: what it met nowhere is
// nowhere.
bool everything_was_seen();

// The await points in user code that the default run reached, or `most` of them: "pool.cpp:31 in
// app::fetch(), …".
std::string seen_places(std::uint32_t most = 5);

}  // namespace cofault::detail
