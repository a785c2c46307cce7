// SPDX-License-Identifier: BSL-1.0
// A peer whose operations take and give back what the program holds: this file is no user code.
#pragma once

#include <chrono>
#include <cstdint>

#include "cofault/runtime.hpp"
#include "cofault/tracked.hpp"

namespace support {

class ledger {
 public:
  using ticket = std::uint32_t;
  using task = cofault::runtime::task<>;

  cofault::runtime::task<ticket> open() {
    co_await pause();
    co_return cofault::acquired("an entry");
  }
  task write(ticket) { co_await pause(); }
  task close(ticket t) {
    cofault::released(t);
    co_await pause();
  }
  task roll_back(ticket t) { return close_in_another_way(t); }

 private:
  static cofault::runtime::task<> pause() {
    co_await cofault::runtime::sleep_for(std::chrono::milliseconds(1));
  }
  static task close_in_another_way(ticket t) {
    co_await pause();
    cofault::released(t);
  }
};

}  // namespace support
