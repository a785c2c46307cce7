// SPDX-License-Identifier: BSL-1.0
// Library code: the joins of joins.hpp for Asio's coroutines. This file is no user code.
#pragma once

#include <exception>
#include <tuple>
#include <utility>
#include <vector>

#include "net.hpp"
#include "several.hpp"

namespace support {

#ifdef NET_CAN_AWAIT_DEFERRED
using net::deferred;
constexpr auto awaited = deferred;
#else
using net::experimental::deferred;
constexpr auto awaited = net::use_awaitable;
#endif

inline auto settle(net::any_io_executor executor, net::awaitable<void> a, net::awaitable<void> b) {
  namespace group = net::experimental;
  return group::make_parallel_group(net::co_spawn(executor, std::move(a), deferred),
                                    net::co_spawn(executor, std::move(b), deferred))
      .async_wait(group::wait_for_all(), awaited);
}

inline net::awaitable<void> join_ignoring(net::awaitable<void> a, net::awaitable<void> b) {
  co_await settle(co_await net::this_coro::executor, std::move(a), std::move(b));
}

inline net::awaitable<void> join_first_error(net::awaitable<void> a, net::awaitable<void> b) {
  const auto [order, first, second] =
      co_await settle(co_await net::this_coro::executor, std::move(a), std::move(b));
  if (first) std::rethrow_exception(first);
  if (second) std::rethrow_exception(second);
}

inline net::awaitable<void> join_all_errors(net::awaitable<void> a, net::awaitable<void> b) {
  const auto [order, first, second] =
      co_await settle(co_await net::this_coro::executor, std::move(a), std::move(b));
  throw several({first, second});
}

inline net::awaitable<std::vector<std::exception_ptr>> join_results(net::awaitable<void> a,
                                                                    net::awaitable<void> b) {
  const auto [order, first, second] =
      co_await settle(co_await net::this_coro::executor, std::move(a), std::move(b));
  co_return std::vector{first, second};
}

}  // namespace support
