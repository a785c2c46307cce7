// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// What is cancelled comes to its end: no handler ends the cancellation and lets the work go on, and
// the root does not go on for longer than its whole run without faults. A request that nobody took
// is no violation (docs/cancellation.md has the rules).
class cancellation : public property {
 public:
  std::string_view name() const override { return "every cancellation is honoured"; }
  kind_set needs() const override { return kinds(event_kind::cancelling); }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
