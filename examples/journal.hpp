// SPDX-License-Identifier: BSL-1.0
// Production code: a journal that one writer at a time may write to.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <string>

namespace journal {

using boost::asio::awaitable;

class disk {
 public:
  virtual ~disk() = default;
  virtual awaitable<void> write(std::string line) = 0;
};

// Whoever has taken the token has the journal.
struct lock {
  explicit lock(boost::asio::any_io_executor executor) : token(executor, 1) { release(); }
  awaitable<void> acquire();
  void release() { token.try_send(boost::system::error_code()); }
  boost::asio::experimental::channel<void(boost::system::error_code)> token;
};

namespace leaky {
awaitable<void> append(lock& mutex, disk& to, std::string line);
}
namespace fixed {
awaitable<void> append(lock& mutex, disk& to, std::string line);
}

}  // namespace journal
