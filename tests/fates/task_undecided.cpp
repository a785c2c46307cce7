// SPDX-License-Identifier: BSL-1.0
// Compiled without debug information.
#include "task_fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

task_world::task<> task_world::swallows_without_debug_information(task_world w) {
  try {
    co_await w.step();
  } catch (...) {
  }
}

task_world::task<> task_world::surfaces_without_debug_information(task_world w) {
  co_await w.step();
}

}  // namespace support
