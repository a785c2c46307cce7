// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <source_location>
#include <utility>

#include "cofault/runtime/handle.hpp"
#include "cofault/runtime/task.hpp"

namespace cofault::runtime {

// Makes a task of the coroutine: it takes its first step behind what is ready now, and goes on
// beside whoever spawned it. An exception that ends it waits in the handle until somebody looks at
// it; one that nobody looked at when the last handle goes is reported. Throws invalid_state where
// no scheduler runs.
template <class T>
handle<T> spawn(task<T> what, std::source_location where = std::source_location::current()) {
  return handle<T>(
      detail::spawn_state(detail::scheduler_here("spawn() was called"), std::move(what), where));
}

// The same on a scheduler that may not be running yet.
template <class T>
handle<T> spawn(scheduler& on, task<T> what,
                std::source_location where = std::source_location::current()) {
  return handle<T>(detail::spawn_state(on, std::move(what), where));
}

}  // namespace cofault::runtime
