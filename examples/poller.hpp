// SPDX-License-Identifier: BSL-1.0
// Production code: asks a device for its value, again and again, until it is cancelled.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace poller {

using boost::asio::awaitable;

class device {
 public:
  virtual ~device() = default;
  virtual awaitable<int> read() = 0;
  virtual bool is_on() const = 0;
};

namespace stubborn {
awaitable<int> poll(device& from);
}
namespace fixed {
awaitable<int> poll(device& from);
}

}  // namespace poller
