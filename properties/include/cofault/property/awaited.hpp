// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// No coroutine is created and dropped without ever having run, unless a fault prevented it or an
// exception on its way dropped it (docs/reading-a-report.md says how to see that, too).
class awaited : public property {
 public:
  std::string_view name() const override { return "every coroutine is awaited"; }
  kind_set needs() const override { return kinds(event_kind::dropped); }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
