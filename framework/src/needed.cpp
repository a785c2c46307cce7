// SPDX-License-Identifier: BSL-1.0
#include "needed.hpp"

#include <cstddef>

#include "cofault/site.hpp"
#include "mailbox.hpp"
#include "shrink.hpp"
#include "steps_report.hpp"

namespace cofault::detail {
namespace {

constexpr const char* ordinals[] = {"first", "second", "third", "fourth"};

plan without(const plan& p, std::size_t left_out) {
  plan out;
  for (std::size_t i = 0; i < p.size(); ++i)
    if (i != left_out) out.add(p[i]);
  return out;
}

// Of the run just made, which does not show the finding.
std::string instead(const plan& p) {
  const mailbox& b = box();
  if (b.unreached_count > 0 && !has_schedule(p)) return "what is left is not reached";
  if (b.found_count == 0 && b.bounded_count + b.retrying_count > 0)
    return "undecided, it was stopped: " + last_step();
  if (b.found_count == 0) return "nothing is violated, " + last_step();
  const found& other = b.items[0];
  const std::string place = other.site == 0 ? "" : " at " + sites::place(other.site);
  return "another finding, " + std::string(other.property) + place;
}

}  // namespace

std::vector<std::string> what_is_needed(const driver_factory& body, const options& how,
                                        const finding& f) {
  std::vector<std::string> out;
  if (f.smallest.size() < 2 || f.smallest.size() > std::size(ordinals)) return out;
  for (std::size_t i = 0; i < f.smallest.size(); ++i) {
    const plan rest = without(f.smallest, i);
    out.push_back("without the " + std::string(ordinals[i]) + ": " +
                  (shows(body, how, rest, f) ? "the same, it is not needed" : instead(rest)));
  }
  return out;
}

}  // namespace cofault::detail
