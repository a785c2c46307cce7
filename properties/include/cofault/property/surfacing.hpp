// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// No exception gets lost: every one that a fault threw, or that was thrown because of one, reaches
// somebody or is handled with a visible consequence; none of the others dies unseen.
// docs/fates.md has the rules.
class surfacing : public property {
 public:
  std::string_view name() const override { return "every exception surfaces"; }
  kind_set needs() const override { return kinds(event_kind::thrown, event_kind::made); }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
