// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/channel.hpp"

#include <stdexcept>

namespace cofault::runtime::detail {

channel_base::channel_base(std::size_t capacity) : capacity_(capacity) {
  if (capacity == 0)
    throw std::invalid_argument(
        "cofault: a channel of capacity 0 could never carry a value: give it at least 1");
}

// A receiver waits only while there is nothing that it could have.
void channel_base::close() {
  senders_.check_thread();
  receivers_.check_thread();
  closed_ = true;
  while (wait* w = senders_.pop()) w->wake();
  while (wait* w = receivers_.pop()) w->wake();
}

}  // namespace cofault::runtime::detail
