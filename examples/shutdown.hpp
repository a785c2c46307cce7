// SPDX-License-Identifier: BSL-1.0
// Production code: a server that stops its sessions when it is cancelled itself.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <list>
#include <memory>

namespace closing_time {

using boost::asio::awaitable;

struct server {
  explicit server(boost::asio::any_io_executor e) : executor(e) {}
  boost::asio::any_io_executor executor;
  std::list<boost::asio::cancellation_signal> all;  // one a session, as long as the server lives
  std::list<boost::asio::cancellation_signal*> sessions;  // those to be stopped
  int open = 0;
};

// Serves clients until it is cancelled, or closing time has come.
namespace forgetful {
awaitable<void> serve(std::shared_ptr<server> self);
}
namespace fixed {
awaitable<void> serve(std::shared_ptr<server> self);
}

}  // namespace closing_time
