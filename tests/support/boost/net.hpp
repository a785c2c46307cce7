// SPDX-License-Identifier: BSL-1.0
// The tests of the Asio adapters are compiled once for each Asio; this is Boost's.
#pragma once

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include "cofault/boost_asio.hpp"

namespace net {

using namespace boost::asio;
using namespace boost::asio::experimental::awaitable_operators;
using boost::asio::experimental::channel;
using boost::system::error_code;
using boost::system::system_error;

}  // namespace net

#define NET_TEST(Suite, Name) TEST(BoostAsio##Suite, Name)
#define NET_CAN_AWAIT_DEFERRED 1
#define NET_CAN_CONSIGN 1
