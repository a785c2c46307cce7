// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cofault/driver.hpp"
#include "cofault/explore.hpp"
#include "cofault/options.hpp"

namespace cofault::detail {

// COFAULT_BREAK: where a replayed run stops for the debugger that has started it. "fault": wherever
// a deviation of the plan strikes. "culprit": where the handler is left that ended the exception,
// or at the await that is blamed.
class breakpoint {
 public:
  breakpoint();

  static bool is_wanted();
  // A sentence for whoever wants one without a replay.
  static std::string needs_a_plan();

  // What is wrong with the variable, or "".
  const std::string& error() const { return error_; }

  // Runs the plan, whose trace is in trace(), once more in this process and stops there by SIGTRAP.
  // What the run prints is not shown.
  // Returns what is wrong, or "".
  std::string run(const driver_factory& body, const options& how, const plan& p,
                  const std::vector<finding>& findings) const;

 private:
  std::string value_, error_;
};

}  // namespace cofault::detail
