// SPDX-License-Identifier: BSL-1.0
// The tests of the Asio adapters are compiled once for each Asio; this is the standalone one.
#pragma once

#include <asio.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/experimental/channel.hpp>
#include <asio/experimental/deferred.hpp>
#include <asio/experimental/parallel_group.hpp>

#include "cofault/asio.hpp"

namespace net {

using namespace asio;
using namespace asio::experimental::awaitable_operators;
using asio::error_code;
using asio::system_error;
using asio::experimental::channel;
#if ASIO_VERSION < 102400
using asio::experimental::as_tuple;
using asio::experimental::deferred;
#endif

}  // namespace net

#define NET_TEST(Suite, Name) TEST(StandaloneAsio##Suite, Name)
#if ASIO_VERSION >= 102400
#define NET_CAN_AWAIT_DEFERRED 1
#endif
