// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/frames.hpp"

#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {

void frames::judge(const outcome& what, std::vector<violation>& out) const {
  if (what.end == ending::hung) return;  // what owns them waits for ever: that is what is wrong
  const family who(what.trace());
  for (const event& e : what.trace()) {
    if (e.kind != event_kind::alive || !who.is_user(e.frame)) continue;
    std::string text = "the frame of " + who.name(e.frame) + " was never destroyed";
    if (e.site != 0) text += "; it stopped at " + sites::place(e.site);
    out.push_back({e.site, e.frame, std::move(text)});
  }
}

}  // namespace cofault::properties
