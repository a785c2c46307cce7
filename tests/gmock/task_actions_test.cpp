// SPDX-License-Identifier: BSL-1.0
// The actions for the reference runtime's tasks and for a hand-written task type.
#include "../support/task.hpp"
#include "actions.hpp"
#include "cofault/runtime.hpp"

namespace {

struct of_runtime {
  template <class T>
  using task = cofault::runtime::task<T>;
  using place = cofault::scheduler&;
};

struct hand_written {
  template <class T>
  using task = support::task<T>;
  using place = cofault::scheduler&;
};

COFAULT_ACTION_TESTS(RuntimeTaskAction, of_runtime)
COFAULT_ACTION_TESTS(OwnTaskAction, hand_written)

}  // namespace
