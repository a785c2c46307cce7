// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <stop_token>
#include <utility>

namespace cofault {

// Says, in the body, how the root is cancelled where the runtime has no way of its own: a function
// that requests it. It is called instead of the runtime's own way, where there is one (Asio's
// cancellation signal). What it refers to must live as long as the world. Outside a run it does
// nothing.
void on_cancel(std::function<void()> request);

// The same for code that listens to a stop token.
inline void on_cancel(std::stop_source source) {
  on_cancel([source = std::move(source)]() mutable { source.request_stop(); });
}

}  // namespace cofault
