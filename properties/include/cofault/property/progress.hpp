// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// The run ends with the root completed: if nothing is runnable and no timer is left while it has
// not, nothing will ever wake it. So it is where only timers beside it keep ticking
// (docs/how-it-works.md has the criterion). Undecided where an exception left the event loop.
class progress : public property {
 public:
  std::string_view name() const override { return "nothing waits for ever"; }
  kind_set needs() const override { return ~kind_set{0}; }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
