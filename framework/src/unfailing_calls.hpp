// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <span>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/event.hpp"
#include "cofault/family.hpp"

namespace cofault::detail {

// Which coroutines of a trace are library code that ran through: it awaited something, nothing of
// it could fail, and it was never suspended. The release of a semaphore that locks a mutex of its
// own, for example: no I/O, and nothing that goes wrong.
class unfailing_calls {
 public:
  unfailing_calls(std::span<const event> trace, const family& who);

  // The coroutine is one. (0 is none.)
  bool has(std::uint32_t frame) const;

 private:
  void mark(std::uint32_t frame, std::uint8_t what, const family& who);

  reused_vector<std::uint8_t> known_;  // by coroutine
};

}  // namespace cofault::detail
