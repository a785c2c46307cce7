// SPDX-License-Identifier: BSL-1.0
// Explore coroutines of boost::asio: include instead of, or in front of, Asio's own headers.
#pragma once

#include <any>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "cofault/coroutine_wait.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/explore.hpp"
#include "cofault/observe.hpp"
#include "cofault/instrument/boost_asio.hpp"

#define COFAULT_ASIO ::boost::asio
#define COFAULT_ASIO_NAME in_boost_asio
#include "cofault/detail/asio_explore.ipp"
#include "cofault/detail/asio_wait.ipp"
#undef COFAULT_ASIO
#undef COFAULT_ASIO_NAME
