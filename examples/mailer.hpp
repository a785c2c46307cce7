// SPDX-License-Identifier: BSL-1.0
// Production code: sends mail in the background.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

namespace mailer {

using boost::asio::awaitable;

class server {
 public:
  virtual ~server() = default;
  virtual awaitable<void> connect() = 0;
  virtual awaitable<void> send(std::string mail) = 0;
};

// Both return at once.
namespace quiet {
void post(boost::asio::any_io_executor executor, std::shared_ptr<server> to, std::string mail);
}
namespace fixed {
void post(boost::asio::any_io_executor executor, std::shared_ptr<server> to, std::string mail);
}

}  // namespace mailer
