// SPDX-License-Identifier: BSL-1.0
#include "cofault/asio.hpp"

#include <asio/detail/reactor.hpp>
#include <asio/error.hpp>
#include <asio/experimental/channel_error.hpp>
#include <asio/multiple_exceptions.hpp>
#include <asio/post.hpp>
#include <asio/system_error.hpp>

#define COFAULT_ASIO ::asio
#define COFAULT_ASIO_NAME in_asio
#define COFAULT_ASIO_RUNTIME asio
#define COFAULT_ASIO_SYSTEM std
#include "asio_driver.ipp"
