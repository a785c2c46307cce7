// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cofault/explore.hpp"
#include "cofault/property.hpp"

namespace cofault::detail {

// The story of the exception that the finding is about, as the run in trace() tells it: at most
// five lines. None if the finding is about none.
std::vector<std::string> story_of(const finding& f);

// The event of the run in trace() at which the handler is left that the finding blames; 0: none is.
std::size_t end_of_handler(const finding& f);

// What to say of a process that died: which exception ended the run in trace() by std::terminate,
// and where that was thrown. Nothing if none did.
std::optional<violation> terminated_by();

// Whether the finding can be declared deliberate where it is.
bool is_acceptable(const finding& f);

}  // namespace cofault::detail
