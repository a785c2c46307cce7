// SPDX-License-Identifier: BSL-1.0
// Instruments every coroutine that returns boost::asio::awaitable. Force it in front of everything
// else in a translation unit (cofault_instrument(target BOOST_ASIO) does).
#pragma once

namespace boost::system {
class error_code;
}
namespace boost::asio {
class cancellation_slot;
template <typename, typename>
class awaitable;
template <typename, typename, typename...>
class deferred_async_operation;
template <typename>
struct wait_traits;
namespace detail {
template <typename, typename>
class awaitable_frame;
template <typename>
class awaitable_frame_base;
template <typename>
class awaitable_thread;
}  // namespace detail
}  // namespace boost::asio

#define COFAULT_ASIO boost::asio
#define COFAULT_ASIO_RUNTIME boost_asio
#define COFAULT_ASIO_ERROR_CODE boost::system::error_code
#include "cofault/instrument/asio_traits.ipp"
#undef COFAULT_ASIO
#undef COFAULT_ASIO_RUNTIME
#undef COFAULT_ASIO_ERROR_CODE
