// SPDX-License-Identifier: BSL-1.0
#include "cofault/boost_asio.hpp"

#include <boost/asio/detail/reactor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/channel_error.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#define COFAULT_ASIO ::boost::asio
#define COFAULT_ASIO_NAME in_boost_asio
#define COFAULT_ASIO_RUNTIME boost_asio
#define COFAULT_ASIO_SYSTEM ::boost::system
#include "asio_driver.ipp"
