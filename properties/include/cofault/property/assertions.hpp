// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// A failed assertion of the test framework, in a run with faults: carries its text.
class assertions : public property {
 public:
  std::string_view name() const override { return "the test's own assertions hold"; }
  kind_set needs() const override { return kinds(event_kind::assertion); }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
