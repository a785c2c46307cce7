// SPDX-License-Identifier: BSL-1.0
// Small broken programs, one for each kind of report.
#pragma once

#include <boost/asio.hpp>

#include "cofault/boost_asio.hpp"

namespace golden {

boost::asio::awaitable<void> correct();
boost::asio::awaitable<void> hang();
boost::asio::awaitable<void> livelock();
boost::asio::awaitable<void> leak();
boost::asio::awaitable<void> probe_deaf();
boost::asio::awaitable<void> probe_differs();
boost::asio::awaitable<void> assertion();
boost::asio::awaitable<void> death();
boost::asio::awaitable<void> never_awaited();
boost::asio::awaitable<void> frame_alive();
boost::asio::awaitable<void> cannot_fail();

// An exception gets lost.
boost::asio::awaitable<void> swallowed();
boost::asio::awaitable<void> replaced();
boost::asio::awaitable<void> masked();
boost::asio::awaitable<void> dropped_by_a_join();
boost::asio::awaitable<void> dropped_by_detached();
boost::asio::awaitable<void> terminated();

}  // namespace golden
