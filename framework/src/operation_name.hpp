// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace cofault::detail {

// What the program called to get the operation that it awaits, told by the type (a compiler's
// rendering) of what starts it: "async_read"; "" where that is not known. Streams and channels, and
// sockets and timers, have operations of the same name but can fail in different ways:
// "channel::async_receive", "socket::async_wait".
std::string operation_name(std::string_view type);

}  // namespace cofault::detail
