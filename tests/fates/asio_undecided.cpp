// SPDX-License-Identifier: BSL-1.0
// Compiled without debug information.
#include "asio_fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

asio_world::task<> asio_world::swallows_without_debug_information(asio_world w) {
  try {
    co_await w.step();
  } catch (...) {
  }
}

asio_world::task<> asio_world::surfaces_without_debug_information(asio_world w) {
  co_await w.step();
}

}  // namespace support
