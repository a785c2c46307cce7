// SPDX-License-Identifier: BSL-1.0
// A coroutine that owns itself, and that nobody waits for: what it throws is dropped.
#pragma once

#include <coroutine>

#include "cofault/instrument.hpp"

namespace support {

struct detached {
  struct promise_type {
    detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

}  // namespace support

COFAULT_INSTRUMENT(support::detached);
