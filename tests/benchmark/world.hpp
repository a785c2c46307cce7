// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cofault/scheduler.hpp>
#include <memory>

namespace bench {

// Worlds with the fake scheduler, whose root is `root(scheduler&)`.
template <class Root>
cofault::driver_factory world_of(Root root) {
  return [root] {
    return std::make_unique<cofault::detail::scheduler_driver>(
        [root](cofault::scheduler& s) { return cofault::detail::await_root(root(s)); });
  };
}

}  // namespace bench
