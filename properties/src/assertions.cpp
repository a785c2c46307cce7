// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/assertions.hpp"

#include "cofault/detail/texts.hpp"

namespace cofault::properties {

void assertions::judge(const outcome& what, std::vector<violation>& out) const {
  if (what.reached == 0) return;  // reported as usual
  // A fault is to blame where there is one; of an order nobody is, but what does not stand it.
  const bool ordered = what.has(event_kind::delayed);
  for (const event& e : what.trace())
    if (e.kind == event_kind::assertion)
      out.push_back({ordered ? e.site : 0, 0, std::string(detail::text_of(static_cast<std::uint32_t>(e.value)))});
}

}  // namespace cofault::properties
