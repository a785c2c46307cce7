// SPDX-License-Identifier: BSL-1.0
#include "accept_loop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <iostream>
#include <utility>

namespace accept_loop {
namespace {

using boost::asio::as_tuple;
using boost::asio::awaitable;
using boost::asio::co_spawn;
using boost::asio::detached;
using boost::asio::use_awaitable;

awaitable<void> session(connection client) {
  co_await client.to_client->async_send(error_code(), "hello", use_awaitable);
}

void log_failure(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    std::clog << "session: " << e.what() << '\n';
  }
}

}  // namespace

namespace deaf {

// The bug: one accept that fails ends the loop, and `detached` tells nobody.
awaitable<void> accept_forever(acceptor& incoming) {
  for (;;) {
    connection accepted = co_await incoming.async_receive(use_awaitable);
    co_spawn(incoming.get_executor(), session(std::move(accepted)), log_failure);
  }
}

void serve(acceptor& incoming) {
  co_spawn(incoming.get_executor(), accept_forever(incoming), detached);
}

}  // namespace deaf

namespace fixed {

awaitable<void> accept_forever(acceptor& incoming) {
  boost::asio::steady_timer pause(incoming.get_executor());
  while (incoming.is_open()) {
    auto [error, accepted] = co_await incoming.async_receive(as_tuple(use_awaitable));
    if (!error) {
      co_spawn(incoming.get_executor(), session(std::move(accepted)), log_failure);
      continue;
    }
    std::clog << "accept: " << error.message() << '\n';
    pause.expires_after(std::chrono::milliseconds(100));
    co_await pause.async_wait(as_tuple(use_awaitable));
  }
}

void serve(acceptor& incoming) {
  co_spawn(incoming.get_executor(), accept_forever(incoming), detached);
}

}  // namespace fixed
}  // namespace accept_loop
