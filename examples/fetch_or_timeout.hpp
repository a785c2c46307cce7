// SPDX-License-Identifier: BSL-1.0
// Production code: asks a service, and does not wait for ever.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <stdexcept>
#include <string>

namespace fetch_or_timeout {

using boost::asio::awaitable;

class upstream {
 public:
  virtual ~upstream() = default;
  virtual awaitable<void> send(std::string request) = 0;
  virtual awaitable<std::string> receive() = 0;
};

struct timed_out : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace hasty {
awaitable<std::string> get(upstream& from, std::string key);
}
namespace fixed {
awaitable<std::string> get(upstream& from, std::string key);
}

}  // namespace fetch_or_timeout
