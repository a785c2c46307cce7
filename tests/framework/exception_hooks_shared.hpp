// SPDX-License-Identifier: BSL-1.0
// Code that throws and catches in a shared library which knows nothing of the observer.
#pragma once

#include <exception>

namespace hooks_test {

const void* address_in_library();
void throw_in_library();
void catch_in_library(void (*body)());
void rethrow_in_library(void (*body)());
void raise_in_library(const std::exception_ptr& exception);
std::exception_ptr create_in_library();

}  // namespace hooks_test
