// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/awaited.hpp"

#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {

void awaited::judge(const outcome& what, std::vector<violation>& out) const {
  const family who(what.trace());
  for (const event& e : what.trace()) {
    if (e.kind != event_kind::dropped || !who.is_user(e.frame)) continue;
    const std::uint32_t behind = who.made_behind(e.other);
    std::string text = who.name(e.frame) + " called " + who.name(e.other) +
                       " and dropped what it returned: the coroutine never ran";
    if (behind != 0) text += " (the call stands behind the await at " + sites::place(behind) + ")";
    out.push_back({behind, e.frame, std::move(text)});
  }
}

}  // namespace cofault::properties
