// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cofault/exception_story.hpp"
#include "cofault/outcome.hpp"

namespace cofault::properties {

// A handler ended a cancellation that the plan requested, and the work went on.
struct swallowed_cancellation {
  exception_story story;
  std::size_t went_on = 0;    // index in the trace of the await with which it did
  bool as_a_value = false;    // the handler's coroutine returned a result, as if all were well
};

// Those of a run, in order. Several exceptions that one handler ended count once.
std::vector<swallowed_cancellation> swallowed_cancellations(const outcome& what);

// Whether its handler names the cancellation's own type: the program knows that it ends one there.
bool is_for_cancellations(const exception_story& story);

}  // namespace cofault::properties
