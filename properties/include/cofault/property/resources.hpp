// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/property.hpp"

namespace cofault::properties {

// Every tracked resource is given back before the world is gone, unless a coroutine may have it that
// was cut off with that world.
class resources : public property {
 public:
  std::string_view name() const override { return "what is acquired is released"; }
  kind_set needs() const override { return kinds(event_kind::leaked); }
  void judge(const outcome& what, std::vector<violation>& out) const override;
};

}  // namespace cofault::properties
