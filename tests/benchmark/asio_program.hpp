// SPDX-License-Identifier: BSL-1.0
// The programs of the Asio part: the same source, compiled twice. The peer's copy is in a library
// of its own that is not instrumented and shows nothing but asio_peer.hpp.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace bench {

namespace asio = boost::asio;

inline constexpr int asio_awaits = 10;
inline constexpr int asio_posts_sum = 45;

inline asio::awaitable<int> posts(asio::any_io_executor executor) {
  int sum = 0;
  for (int i = 0; i < asio_awaits; ++i) {
    co_await asio::post(executor, asio::use_awaitable);
    sum += i;
  }
  co_return sum;
}

// A millisecond: the shortest pause that means anything.
inline asio::awaitable<int> posts_and_a_timer(asio::any_io_executor executor) {
  asio::steady_timer pause(executor, std::chrono::milliseconds(1));
  co_await pause.async_wait(asio::use_awaitable);
  co_return co_await posts(executor);
}

// Ten operations that report an error code; the first one ends the program. `fails` says by hand
// which one does.
inline asio::awaitable<int> operations(asio::any_io_executor executor, int fails = -1) {
  asio::steady_timer done(executor, asio::steady_timer::clock_type::time_point::min());
  for (int i = 0; i < asio_awaits; ++i) {
    boost::system::error_code error = asio::error::eof;
    if (i != fails) {
      auto [result] = co_await done.async_wait(asio::as_tuple(asio::use_awaitable));
      error = result;
    }
    if (error) co_return i;
  }
  co_return asio_awaits;
}

}  // namespace bench
