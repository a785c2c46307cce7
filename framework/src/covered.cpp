// SPDX-License-Identifier: BSL-1.0
#include "covered.hpp"

#include "counted.hpp"
#include "mailbox.hpp"

namespace cofault::detail {

std::vector<coverage> covered() {
  static constexpr const char* names[trial_kinds] = {
      "faults",           "requests",     "delays", "pairs", "plans of three and more",
      "random schedules", "PCT schedules"};
  const mailbox& b = box();
  std::vector<coverage> out;
  for (std::size_t i = 0; i < trial_kinds; ++i)
    if (b.planned[i] > 0) out.push_back({names[i], b.planned[i], b.tried[i]});
  return out;
}

std::string in_words(const coverage& c) {
  std::string name = c.what;
  if (c.planned == 1) name.erase(name.starts_with("plans ") ? 4 : name.size() - 1, 1);
  const std::string planned = grouped(c.planned) + " " + name;
  if (c.run < c.planned) return grouped(c.run) + " of " + planned;
  return (c.planned == 1 ? "" : "all ") + planned;
}

}  // namespace cofault::detail
