// SPDX-License-Identifier: BSL-1.0
#include "judge.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/site.hpp"
#include "mailbox.hpp"

namespace cofault::detail {
namespace {

// Assertions that fail without any fault are the test's own failures, not findings.
bool fails_anyway(std::string_view text) {
  const mailbox& b = box();
  text = text.substr(0, sizeof b.failures[0] - 1);
  return std::any_of(b.failures, b.failures + b.failure_count,
                     [&](const char* failure) { return text == failure; });
}

// Whom the violation is blamed on: itself says it, or else the fault, unless it needs no fault.
std::uint32_t culprit(std::string_view property, const violation& v, const plan& p) {
  if (v.site != 0 || box().has(property, 0)) return v.site;
  return site_of_fault(p);
}

}  // namespace

bool seems_to_lose(const outcome& what) {
  const story_list all = exception_stories(what);
  return std::any_of(all.begin(), all.end(), [](const exception_story& s) {
    return s.end == fate::undecided || is_lost(s.end);
  });
}

verdict judge(const outcome& what, const plan& p, const options& how, bool looks_again) {
  mailbox& b = box();
  static thread_local std::vector<violation> violations;
  reused_vector<std::uint32_t> blamed;
  bool good = true;
  for (const auto& property : how.properties()) {
    const kind_set needs = property->needs();
    if ((needs & what.kinds) == 0 && needs != ~kind_set{0}) continue;
    violations.clear();
    blamed.clear();
    property->judge(what, violations);
    for (const violation& v : violations) {
      if (looks_again && std::exchange(looks_again, false) && seems_to_lose(what))
        return verdict::unsure;
      if (v.undecided) {
        if (v.site == 0 || !how.is_deliberate(sites::place(v.site))) b.doubt(v.text);
        continue;
      }
      good = false;
      const std::uint32_t site = culprit(property->name(), v, p);
      if (how.is_deliberate(sites::place(site))) {
        ++b.declared;
        continue;
      }
      if (fails_anyway(v.text) || std::find(blamed.begin(), blamed.end(), site) != blamed.end())
        continue;
      blamed.push_back(site);
      b.add(property->name(), site, v.frame, p, v.text);
    }
  }
  const bool cut = what.end == ending::bounded && !what.has(event_kind::overran);
  if (!cut && !what.truncated) return good ? verdict::good : verdict::bad;
  if (what.keeps_retrying) {
    if (b.retrying_count < mailbox::max_list) b.retrying[b.retrying_count] = p;
    ++b.retrying_count;
    return verdict::bad;
  }
  if (b.bounded_count < mailbox::max_list) b.bounded[b.bounded_count] = p;
  ++b.bounded_count;
  return verdict::bad;
}

std::uint32_t site_of_fault(const plan& p) {
  if (p.empty() || has_schedule(p)) return 0;
  return sites::find(p[p.size() - 1].where.site);
}

}  // namespace cofault::detail
