// SPDX-License-Identifier: BSL-1.0
// Production code: fetches a value from a service that fails now and then.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

namespace retry_loop {

using boost::asio::awaitable;

class upstream {
 public:
  virtual ~upstream() = default;
  virtual awaitable<std::string> get(std::string key) = 0;
};

namespace endless {
awaitable<std::string> fetch(upstream& from, std::string key);
}
namespace fixed {
awaitable<std::string> fetch(upstream& from, std::string key);
}

}  // namespace retry_loop
