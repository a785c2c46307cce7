// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <string>
#include <typeinfo>

namespace cofault::detail {

// "std::logic_error"; what a library wraps around an exception is left out. Never freed.
const char* type_name(const std::type_info& type);

// "std::logic_error: what() says", or only the type. The exception observers do not hear of it.
std::string describe(const std::exception_ptr& error);

}  // namespace cofault::detail
