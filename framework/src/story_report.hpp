// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cofault/explore.hpp"

namespace cofault::detail {

// The story of the exception that the finding is about, as the run in trace() tells it: at most
// five lines. None if the finding is about none.
std::vector<std::string> story_of(const finding& f);

// What to say of a process that died: which exception ended the run in trace() by std::terminate.
// Nothing if none did.
std::optional<std::string> terminated_by();

}  // namespace cofault::detail
