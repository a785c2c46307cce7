// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <span>

#include "cofault/event.hpp"

namespace cofault::detail {

enum class tried { succeeded, failed, died, took_too_long };

// Does `what` in a process that is forked for nothing else, with the run as it is, and tells
// whether that returned true. What is needed may be gone with the world: it may die. It prints
// nowhere. `recorded` sees what the run recorded meanwhile, in this process; the trace is then as
// before.
tried try_in_fork(const std::function<bool()>& what,
                  const std::function<void(std::span<const event>)>& recorded = nullptr);

}  // namespace cofault::detail
