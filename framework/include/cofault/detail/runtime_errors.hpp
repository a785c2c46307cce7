// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/detail/frame.hpp"
#include "cofault/fault.hpp"

namespace cofault::detail {

// How a runtime expresses an io_error. Registered by its adapter before the first run.
struct runtime_errors {
  void (*raise)(io_error);               // throws the runtime's exception
  void (*assign)(io_error, void* code);  // writes the runtime's error_code
};

void register_errors(runtime where, const runtime_errors& errors);

}  // namespace cofault::detail
