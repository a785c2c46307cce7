// SPDX-License-Identifier: BSL-1.0
#include "fetch_or_timeout.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <utility>

namespace fetch_or_timeout {
namespace {

using boost::asio::deferred;
using boost::asio::steady_timer;
using boost::asio::use_awaitable;

constexpr auto patience = std::chrono::seconds(5);

awaitable<std::string> fetch(upstream& from, std::string key) {
  co_await from.send("get " + key);
  co_return co_await from.receive();
}

}  // namespace

namespace hasty {

// Nothing is planted here: `||` waits for one success (chriskohlhoff/asio#1123). If the fetch
// fails, it goes on waiting for the timer, and what is reported five seconds later is a timeout.
awaitable<std::string> get(upstream& from, std::string key) {
  using namespace boost::asio::experimental::awaitable_operators;
  steady_timer timeout(co_await boost::asio::this_coro::executor, patience);
  const auto first = co_await (fetch(from, key) || timeout.async_wait(use_awaitable));
  if (first.index() == 1) throw timed_out("no answer about " + key);
  co_return std::get<0>(first);
}

}  // namespace hasty

namespace fixed {

// Waits for the first to end, however it ends.
awaitable<std::string> get(upstream& from, std::string key) {
  namespace group = boost::asio::experimental;
  const auto executor = co_await boost::asio::this_coro::executor;
  steady_timer timeout(executor, patience);
  auto [order, failure, text, timer_failure] =
      co_await group::make_parallel_group(co_spawn(executor, fetch(from, key), deferred),
                                          timeout.async_wait(deferred))
          .async_wait(group::wait_for_one(), use_awaitable);
  if (order[0] == 1) throw timed_out("no answer about " + key);
  if (failure) std::rethrow_exception(failure);
  co_return std::move(text);
}

}  // namespace fixed
}  // namespace fetch_or_timeout
