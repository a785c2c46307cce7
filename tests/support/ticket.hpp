// SPDX-License-Identifier: BSL-1.0
// What an operation hands over, and must not lose.
#pragma once

#include <cofault/tracked.hpp>
#include <cstdint>
#include <utility>

namespace support {

// Gives the ticket back.
class ticket {
 public:
  ticket() = default;
  explicit ticket(std::uint32_t number) : number_(number) {}
  ticket& operator=(ticket&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ticket(ticket&& other) noexcept : number_(std::exchange(other.number_, 0)) {}
  ~ticket() {
    if (number_ != 0) cofault::released(number_);
  }

 private:
  std::uint32_t number_ = 0;
};

// Until when an operation takes a cancellation: until its result is there, or, the mistake, until
// the coroutine is resumed with it.
enum class until { granted, resumed };

}  // namespace support
