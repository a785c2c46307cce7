// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cofault/inject/error.hpp>
#include <string>
#include <vector>

namespace support {

// What befalls Asio's channels when somebody else closes them. No usual fault: a program has its
// channels for itself.
class closed_channels final : public cofault::injector {
 public:
  void propose(const cofault::await_point& where, std::uint8_t self,
               std::vector<cofault::fault>& out) const override {
    if (where.operation.starts_with("channel::"))
      cofault::inject::error({cofault::io_error::closed}).propose(where, self, out);
  }
  std::string describe() const override { return "closed channels"; }
};

}  // namespace support
