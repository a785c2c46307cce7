// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/errors.hpp"

#include <string>
#include <utility>

namespace cofault::runtime {

timed_out::timed_out() : runtime_error("cofault: timeout() ran out of time") {}

channel_closed::channel_closed() : runtime_error("cofault: the channel is closed") {}

// Nothing is rethrown to have its text: that would count as a look at it.
exception_group::exception_group(std::vector<std::exception_ptr> errors)
    : runtime_error("cofault: " + std::to_string(errors.size()) +
                    (errors.size() == 1 ? " coroutine" : " coroutines") +
                    " of a task group failed; errors() has what they threw"),
      errors_(std::move(errors)) {}

hang::hang(const std::string& text, std::vector<cofault::waiting> who)
    : runtime_error(text), waiting_(std::move(who)) {}

}  // namespace cofault::runtime
