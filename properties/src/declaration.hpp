// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>

#include "cofault/detail/handler_place.hpp"

namespace cofault::properties {

// What the comment on that line of the source says behind "cofault:".
struct declaration {
  bool deliberate = false;
  std::string complaint;  // a line for the report, where the comment is no declaration
};
// Nothing if the source says nothing, or is not there.
std::optional<declaration> declaration_at(const detail::place_in_source& place);

}  // namespace cofault::properties
