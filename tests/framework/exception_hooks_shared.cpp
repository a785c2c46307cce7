// SPDX-License-Identifier: BSL-1.0
#include <exception>
#include <stdexcept>

#pragma GCC visibility push(default)
#include "exception_hooks_shared.hpp"

namespace hooks_test {

const void* address_in_library() {
  static const char here = 0;
  return &here;
}

void throw_in_library() { throw std::runtime_error("library"); }

void catch_in_library(void (*body)()) {
  try {
    body();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
  }
}

void rethrow_in_library(void (*body)()) {
  try {
    body();
  } catch (...) {
    throw;
  }
}

void raise_in_library(const std::exception_ptr& exception) { std::rethrow_exception(exception); }

std::exception_ptr create_in_library() {
  return std::make_exception_ptr(std::runtime_error("library"));
}

}  // namespace hooks_test
#pragma GCC visibility pop
