// SPDX-License-Identifier: BSL-1.0
// Production code: a service that greets whoever connects.
#pragma once

#include <boost/asio/experimental/channel.hpp>
#include <memory>
#include <string>

namespace accept_loop {

using boost::asio::experimental::channel;
using boost::system::error_code;

struct connection {
  std::shared_ptr<channel<void(error_code, std::string)>> to_client;
};

// Stands for an acceptor of sockets.
using acceptor = channel<void(error_code, connection)>;

namespace deaf {
void serve(acceptor& incoming);
}
namespace fixed {
void serve(acceptor& incoming);
}

}  // namespace accept_loop
