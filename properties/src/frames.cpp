// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/frames.hpp"

#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {

void frames::judge(const outcome& what, std::vector<violation>& out) const {
  const family who(what.trace());
  for (const event& e : what.trace()) {
    // What was cut off would have destroyed it, or what owns it.
    if (e.kind != event_kind::alive || e.value != 0 || !who.is_user(e.frame)) continue;
    std::string text = "the frame of " + who.name(e.frame) + " was never destroyed";
    if (e.site != 0) text += "; it stopped at " + sites::place(e.site);
    out.push_back({e.site, e.frame, std::move(text)});
  }
}

}  // namespace cofault::properties
