// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <stdexcept>

#include "cofault/search.hpp"

namespace cofault::search {
namespace {

bool stays(const deviation& d) { return is_failure(d.what.kind) && d.what.tries != 1; }

// What had failed was tried again: let that fail, too.
void try_again(const trial& after, plan_list& out) {
  if (after.what.size() != 1 || !after.done.retried || stays(after.what[0])) return;
  for (const std::uint8_t tries : {2, 0}) {
    deviation again = after.what[0];
    again.what.tries = tries;
    out.push_back(plan(again));
  }
}

}  // namespace

exhaustive::exhaustive(std::uint32_t most, std::uint32_t longer) : most_(most), longer_(longer) {
  if (most == 0 || most > 4)
    throw std::invalid_argument(
        "cofault: search::exhaustive() tries plans of 1 to 4 deviations; more is for sampling");
}

void exhaustive::extend(const trial& after, plan_list& out) const {
  try_again(after, out);
  const bool any_stays = std::any_of(after.what.begin(), after.what.end(), stays);
  if (after.what.size() >= most_ || any_stays || !(after.good || after.what.empty())) return;
  for (const deviation& d : after.next()) {
    plan longer = after.what;
    longer.add(d);
    out.push_back(longer);
  }
}

}  // namespace cofault::search
