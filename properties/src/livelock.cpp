// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/livelock.hpp"

#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {

void livelock::judge(const outcome& what, std::vector<violation>& out) const {
  const family who(what.trace());
  for (const event& e : what.trace()) {
    if (e.kind == event_kind::probe_started) return;  // what spins there, the probe tells
    if (e.kind == event_kind::parked)
      return out.push_back({e.site, e.frame,
                            who.name(e.frame) + " came to " + sites::place(e.site) + " " +
                                std::to_string(e.value) +
                                " times while the clock stood still, and was stopped there"});
  }
}

}  // namespace cofault::properties
