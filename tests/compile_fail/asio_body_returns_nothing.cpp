// SPDX-License-Identifier: BSL-1.0
#include "cofault/boost_asio.hpp"

void mistake() {
  static_cast<void>(cofault::explore([](boost::asio::any_io_executor) {}));
}
