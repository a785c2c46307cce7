// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/outcome.hpp"

namespace cofault::properties {

// Where the last fault of the plan struck for the first time; null: none did. Those before it do no
// harm alone.
inline const event* last_strike(const outcome& what) {
  const event* out = nullptr;
  const auto number = [](const event& e) { return e.value & (faulted_request - 1); };
  for (const event& e : what.trace())
    if (e.kind == event_kind::faulted && (out == nullptr || number(e) > number(*out))) out = &e;
  return out;
}

}  // namespace cofault::properties
