// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cofault/options.hpp"
#include "cofault/search.hpp"

// Selectors of injectors (injector::where) that select nothing: a mistake, also where another
// injector found work. Places behind a fault count, if a plan leads there.
namespace cofault::detail {

// Tells the mailbox for which injectors there is a place.
class selector_watch {
 public:
  explicit selector_watch(const options& how);

  // What the strategy plans behind the trial.
  void look(const trial& after, const plan_list& planned);

 private:
  const options& how_;
  std::vector<std::uint32_t> wanted_;  // those that have none so far
};

// For each selector for which the sweep in box() planned nothing: a sentence.
std::vector<std::string> idle_selectors(const options& how);

// Whether such a selector makes an error of the exploration: it has no findings to tell, and does
// not depend on how fast the machine is.
bool idle_selectors_are_errors();

}  // namespace cofault::detail
