// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// The root's completion handler does not run a second time.
class completion : public property {
 public:
  std::string_view name() const override { return "the root completes exactly once"; }
  kind_set needs() const override {
    return kinds(event_kind::root_returned, event_kind::root_threw);
  }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
