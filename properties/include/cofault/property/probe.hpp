// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// Every probe completes after the fault, with the answer it gives without faults.
class probe : public property {
 public:
  std::string_view name() const override { return "one fault hurts nobody else"; }
  kind_set needs() const override {
    return kinds(event_kind::probe_hung, event_kind::probe_threw, event_kind::probe_differs);
  }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
