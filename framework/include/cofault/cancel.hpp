// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <utility>

namespace cofault {

// Says, in the body, how the root is cancelled where the runtime has no way of its own: a function
// that requests it. It is called instead of the runtime's own way, where there is one (Asio's
// cancellation signal). What it refers to must live as long as the world. Outside a run it does
// nothing.
void on_cancel(std::function<void()> request);

// The same for code that listens to a stop token: a std::stop_source, or one of its kind.
template <class Source>
requires requires(Source& source) { source.request_stop(); }
void on_cancel(Source source) {
  on_cancel(
      std::function<void()>([source = std::move(source)]() mutable { source.request_stop(); }));
}

}  // namespace cofault
