// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/awaited.hpp"

#include "cofault/detail/handler_place.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

// Where the coroutine was made: known to the explaining run only, else 0.
std::uint32_t creation(const outcome& what, const family& who, std::uint32_t frame) {
  code_place made;
  made.function = who.function(frame);
  for (const event& e : what.trace())
    if (e.kind == event_kind::made_at && e.frame == frame) made.stack.push_back(e.value);
  return detail::place_in_source_of(made).site();
}

}  // namespace

void awaited::judge(const outcome& what, std::vector<violation>& out) const {
  const family who(what.trace());
  for (const event& e : what.trace()) {
    if (e.kind != event_kind::dropped || !who.is_user(e.frame)) continue;
    const std::uint32_t behind = who.made_behind(e.other);
    std::string text = who.name(e.frame) + " called " + who.name(e.other) +
                       " and dropped what it returned: the coroutine never ran";
    const std::uint32_t made = creation(what, who, e.other);
    if (behind != 0 && made == 0)
      text += " (the call stands behind the await at " + sites::place(behind) + ")";
    out.push_back({made != 0 ? made : behind, e.frame, std::move(text)});
  }
}

}  // namespace cofault::properties
