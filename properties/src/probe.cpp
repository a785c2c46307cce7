// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/probe.hpp"

namespace cofault::properties {

void probe::judge(const outcome& what, std::vector<violation>& out) const {
  const std::string_view when = what.fault_free ? "after the default run" : "after the fault";
  for (const event& e : what.trace()) {
    std::string text = "the probe, run " + std::string(when) + " in the same world, ";
    if (e.kind == event_kind::probe_hung)
      text += "never completes: the service is deaf";
    else if (e.kind == event_kind::probe_threw)
      text += "fails with an exception";
    else if (e.kind == event_kind::probe_differs)
      text += "gives another answer than without the fault";
    else
      continue;
    return out.push_back({0, 0, std::move(text)});
  }
}

}  // namespace cofault::properties
