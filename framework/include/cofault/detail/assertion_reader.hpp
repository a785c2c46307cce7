// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <string>

namespace cofault::detail {

// Where a test framework throws what its assertions have to say: whether this is such an exception,
// and the text of a failure; "" if it is none, but ends the test case all the same.
using assertion_reader = bool (*)(const std::exception_ptr& thrown, std::string& text);

// Asked about what leaves a root.
void set_assertion_reader(assertion_reader reader);

}  // namespace cofault::detail
