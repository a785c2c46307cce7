// SPDX-License-Identifier: BSL-1.0
// What a silent failure was blamed on.
#pragma once

#include <string>

#include "cofault/detail/source_text.hpp"
#include "cofault/explore.hpp"
#include "cofault/site.hpp"

namespace support {

inline constexpr const char* surfacing = "every exception surfaces";
inline constexpr const char* awaited = "every coroutine is awaited";

// The source line that is blamed for the first violation of the property; "" if there is none.
inline std::string blamed(const cofault::exploration& what, std::string_view property) {
  for (const cofault::finding& f : what.findings) {
    if (f.property != property) continue;
    const auto& site = cofault::sites::site(f.site);
    return cofault::detail::source_line(cofault::sites::function(site.function).file, site.line)
        .value_or("a line that was not found");
  }
  return "";
}

}  // namespace support
