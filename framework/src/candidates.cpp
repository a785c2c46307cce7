// SPDX-License-Identifier: BSL-1.0
#include "candidates.hpp"

#include "cofault/detail/frame.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::detail {
namespace {

bool feasible(std::uint64_t flags) {
  return (flags & await_user) != 0 && (flags & (await_can_throw | await_takes_code)) != 0;
}

}  // namespace

std::vector<reached_point> points_of(const std::vector<event>& trace) {
  const family who(trace);
  std::vector<bool> covered(trace.size(), false);
  for (const event& e : trace) {
    if (e.kind != event_kind::arrived || !feasible(e.value)) continue;
    std::size_t at = who.awaited_at(e.frame);
    for (; at != family::none && !covered[at]; at = who.awaited_at(trace[at].frame))
      covered[at] = true;
  }
  std::vector<reached_point> out;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const event& e = trace[i];
    if (e.kind == event_kind::probe_started) break;
    if (e.kind != event_kind::arrived || !feasible(e.value) || covered[i]) continue;
    const auto visit = static_cast<std::uint32_t>(e.value >> 32);
    out.push_back(
        {{sites::site(e.site).key, who.instance(e.frame), visit}, e.site, e.frame, e.value});
  }
  return out;
}

void propose(const reached_point& at, const injector_list& injectors, std::vector<fault>& out) {
  const site_info& s = sites::site(at.site);
  const function_info& f = sites::function(s.function);
  const auto where = static_cast<runtime>(at.flags >> await_runtime_shift & 0xFF);
  const await_point point{f.file,
                          s.line,
                          f.name,
                          s.operation,
                          at.where.instance,
                          at.where.visit,
                          (at.flags & await_can_throw) != 0,
                          (at.flags & await_takes_code) != 0,
                          where != runtime::generic};
  for (std::size_t i = 0; i < injectors.size(); ++i)
    injectors[i]->propose(point, static_cast<std::uint8_t>(i), out);
}

}  // namespace cofault::detail
