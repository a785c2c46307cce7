// SPDX-License-Identifier: BSL-1.0
// A coroutine of the test's side: this file is no user code. Include "net.hpp" first.
#pragma once

#include <chrono>

#include "net.hpp"

namespace support {

inline net::awaitable<int> peer(std::chrono::milliseconds delay) {
  net::steady_timer timer(co_await net::this_coro::executor, delay);
  co_await timer.async_wait(net::use_awaitable);
  co_return 5;
}

// A test that starts a part of the program, and has an eye on something else.
template <class Part>
net::awaitable<void> starts(Part part) {
  net::co_spawn(co_await net::this_coro::executor, part, net::detached);
  co_await peer(std::chrono::milliseconds(5));
}

// A test that is a client of a part of the program: it waits until that has answered.
using answers = net::channel<void(net::error_code, int)>;
template <class Part>
net::awaitable<void> asks(Part part) {
  answers out(co_await net::this_coro::executor, 1);
  net::co_spawn(out.get_executor(), part(out), net::detached);
  co_await out.async_receive(net::use_awaitable);
}

// How newer versions of Asio start an operation that reports its error code to the caller.
template <class Token>
struct redirect_error_t {
  struct init_wrapper {};
};
template <class Initiation>
net::awaitable<void> initiate(Initiation, net::use_awaitable_t<>, net::error_code*) {
  co_await net::post(co_await net::this_coro::executor, net::use_awaitable);
}

}  // namespace support
