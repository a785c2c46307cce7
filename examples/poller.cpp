// SPDX-License-Identifier: BSL-1.0
#include "poller.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <iostream>

namespace poller {
namespace stubborn {

// The bug: a cancellation is an exception, too. The loop eats it, and every one that follows.
awaitable<int> poll(device& from) {
  int sum = 0;
  while (from.is_on()) {
    try {
      sum += co_await from.read();
    } catch (...) {
      std::clog << "a reading failed\n";
    }
  }
  co_return sum;
}

}  // namespace stubborn

namespace fixed {

awaitable<int> poll(device& from) {
  int sum = 0;
  while (from.is_on()) {
    try {
      sum += co_await from.read();
    } catch (const boost::system::system_error& e) {
      if (e.code() == boost::asio::error::operation_aborted) throw;
      std::clog << "a reading failed\n";
    }
  }
  co_return sum;
}

}  // namespace fixed
}  // namespace poller
