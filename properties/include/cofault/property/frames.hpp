// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// No coroutine frame outlives the world of its run, unless what would have ended it may have been cut
// off with that world.
class frames : public property {
 public:
  std::string_view name() const override { return "every coroutine frame is destroyed"; }
  kind_set needs() const override { return kinds(event_kind::alive); }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
