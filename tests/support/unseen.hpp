// SPDX-License-Identifier: BSL-1.0
// As detached.hpp's, but a library's that was not instrumented: nobody sees it.
#pragma once

#include <coroutine>
#include <exception>

namespace support {

struct unseen {
  struct promise_type {
    unseen get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

}  // namespace support
