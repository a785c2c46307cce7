// SPDX-License-Identifier: BSL-1.0
// Library code. This file is no user code.
#pragma once

#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

namespace support {

// Carries all that went wrong.
struct several : std::runtime_error {
  explicit several(std::vector<std::exception_ptr> what)
      : runtime_error("several"), errors(std::move(what)) {}
  std::vector<std::exception_ptr> errors;
};

}  // namespace support
