// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "cofault/plan.hpp"

namespace cofault {

// The plans that are smaller than a plan, in the order in which they are worth trying: without many
// of its deviations, without one of them, then with one of them earlier or simpler. Lazy: each call
// of next() makes one.
class simpler {
 public:
  explicit simpler(plan of);

  // Nothing: there are no more.
  std::optional<plan> next();

 private:
  std::optional<plan> without_some();
  std::optional<plan> with_one_changed();

  plan of_;
  std::size_t chunk_;      // how many deviations in a row to leave out
  std::size_t begin_ = 0;  // from which one on
  std::size_t changed_ = 0;
  std::vector<deviation> ways_;  // to change that one, the best last
};

}  // namespace cofault
