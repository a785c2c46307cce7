// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>

#include "cofault/driver.hpp"
#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"
#include "cofault/run.hpp"

namespace cofault::detail {

// Makes one run: here, or in a process of its own (which throws child_end where that died). What
// the search makes of its outcome does not depend on where it was.
using runner = std::function<outcome(const plan&, attention)>;

// Both must outlive it.
inline runner in_this_process(const driver_factory& body, const options& how) {
  return [&](const plan& what, attention paid) { return run(body, what, how, paid); };
}

}  // namespace cofault::detail
