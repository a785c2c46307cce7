// SPDX-License-Identifier: BSL-1.0
#include "error_handling.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <iostream>

namespace error_handling {

awaitable<std::string> read_with_patience(store& from, std::string key) {
  constexpr int most_attempts = 3;
  boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
  for (int attempt = 1;; ++attempt) {
    try {
      co_return co_await from.read(key);
    } catch (const std::exception&) {
      if (attempt == most_attempts) throw;
    }
    pause.expires_after(std::chrono::milliseconds(50));
    co_await pause.async_wait(boost::asio::use_awaitable);
  }
}

awaitable<void> refresh(store& in) {
  try {
    co_await in.write("greeting", co_await in.read("default greeting"));
  } catch (const std::exception& e) {
    std::clog << "the greeting stays as it is: " << e.what() << '\n';
  }
}

awaitable<std::string> profile_of(store& in, std::string user) {
  try {
    co_return co_await in.read("profile of " + user);
  } catch (...) {
    std::throw_with_nested(no_profile(user));
  }
}

awaitable<void> rename(store& in, std::string user, std::string name) {
  std::exception_ptr failure;
  co_await in.lock();
  try {
    co_await in.write("profile of " + user, name);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await in.unlock();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace error_handling
