// SPDX-License-Identifier: BSL-1.0
// What the programs of corpus A share.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace corpus {

using namespace std::chrono_literals;
using boost::asio::any_io_executor;
using boost::asio::as_tuple;
using boost::asio::awaitable;
using boost::asio::co_spawn;
using boost::asio::deferred;
using boost::asio::detached;
using boost::asio::redirect_error;
using boost::asio::steady_timer;
using boost::asio::use_awaitable;
using boost::system::error_code;
using boost::system::system_error;
namespace this_coro = boost::asio::this_coro;

using inbox = boost::asio::experimental::channel<void(error_code, std::string)>;
using outcomes = boost::asio::experimental::channel<void(std::exception_ptr)>;

inline awaitable<void> pause(steady_timer::duration time) {
  steady_timer timer(co_await this_coro::executor, time);
  co_await timer.async_wait(use_awaitable);
}

inline awaitable<int> fetch(steady_timer::duration latency) {
  co_await pause(latency);
  co_return 7;
}

inline void log(const char* what, std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    std::clog << what << ": " << e.what() << '\n';
  }
}

// A client's requests, and the answers to it.
struct connection {
  explicit connection(any_io_executor executor) : in(executor, 4), out(executor, 4) {
    in.try_send(error_code(), "GET /");
    in.try_send(error_code(), "GET /favicon.ico");
    in.try_send(boost::asio::error::eof, "");  // closing it would lose the requests
  }
  inbox in, out;
};
using connection_ptr = std::shared_ptr<connection>;

inline awaitable<connection_ptr> connect() {
  co_return std::make_shared<connection>(co_await this_coro::executor);
}

inline awaitable<void> answer(connection& client, std::string request) {
  co_await pause(1ms);
  co_await client.out.async_send(error_code(), "200 " + request, use_awaitable);
}

inline bool is_end(const error_code& code) {
  return code == boost::asio::experimental::error::channel_closed ||
         code == boost::asio::experimental::error::channel_cancelled ||
         code == boost::asio::error::operation_aborted || code == boost::asio::error::eof;
}

inline awaitable<void> handle(connection_ptr client) {
  for (;;) co_await answer(*client, co_await client->in.async_receive(use_awaitable));
}

}  // namespace corpus
