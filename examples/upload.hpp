// SPDX-License-Identifier: BSL-1.0
// Production code: sends files to a server, large ones by way of a compressed copy.
#pragma once

#include <cofault/runtime/task.hpp>
#include <cstdint>
#include <vector>

namespace upload {

using cofault::runtime::task;

class server {
 public:
  virtual ~server() = default;
  virtual task<> send(int size) = 0;
  virtual std::uint32_t make_copy() = 0;
  virtual void remove(std::uint32_t copy) noexcept = 0;
};

namespace leaky {
task<> send_all(server& to, const std::vector<int>& sizes);
}
namespace fixed {
task<> send_all(server& to, const std::vector<int>& sizes);
}

}  // namespace upload
