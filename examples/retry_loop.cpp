// SPDX-License-Identifier: BSL-1.0
#include "retry_loop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>

namespace retry_loop {
namespace endless {

// The bug: an error that stays is tried for ever, without a pause.
awaitable<std::string> fetch(upstream& from, std::string key) {
  for (;;) {
    try {
      co_return co_await from.get(key);
    } catch (const std::exception&) {
      // the next attempt may succeed
    }
  }
}

}  // namespace endless

namespace fixed {

awaitable<std::string> fetch(upstream& from, std::string key) {
  constexpr int most_attempts = 5;
  boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
  for (int attempt = 1;; ++attempt) {
    try {
      co_return co_await from.get(key);
    } catch (const std::exception&) {
      if (attempt == most_attempts) throw;
    }
    pause.expires_after(std::chrono::milliseconds(50) * (1 << attempt));
    co_await pause.async_wait(boost::asio::use_awaitable);
  }
}

}  // namespace fixed
}  // namespace retry_loop
