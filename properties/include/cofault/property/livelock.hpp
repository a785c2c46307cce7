// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// No coroutine exceeds the visit budget at one await point while the clock stands still.
class livelock : public property {
 public:
  std::string_view name() const override { return "no coroutine spins for ever"; }
  kind_set needs() const override { return kinds(event_kind::parked); }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
