// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/assertions.hpp"

#include "cofault/detail/texts.hpp"

namespace cofault::properties {

void assertions::judge(const outcome& what, std::vector<violation>& out) const {
  if (what.reached == 0) return;  // reported as usual
  for (const event& e : what.trace())
    if (e.kind == event_kind::assertion)
      out.push_back({0, 0, std::string(detail::text_of(static_cast<std::uint32_t>(e.value)))});
}

}  // namespace cofault::properties
