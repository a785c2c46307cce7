// SPDX-License-Identifier: BSL-1.0
// A test in a library that its runner opens by dlopen(), cofault included.
#include "plugin.hpp"

#include <cofault/explore.hpp>
#include <cofault/scheduler.hpp>
#include <string>

#include "../support/task.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using support::task;

task<> fetch(cofault::scheduler& s) { co_await s.yield(); }

task<> swallows(cofault::scheduler& s) {
  try {
    co_await fetch(s);
  } catch (...) {  // guilty
  }
  co_await s.yield();
}

}  // namespace

const char* plugin_explore() {
  static const std::string said =
      describe(cofault::explore([](cofault::scheduler& s) { return swallows(s); }));
  return said.c_str();
}
