// SPDX-License-Identifier: BSL-1.0
#include "cofault/property/completion.hpp"

namespace cofault::properties {

void completion::judge(const outcome& what, std::vector<violation>& out) const {
  if (what.root_completions > 1)
    out.push_back(
        {0, 0,
         "the root's completion handler ran " + std::to_string(what.root_completions) + " times"});
}

}  // namespace cofault::properties
