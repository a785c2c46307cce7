// SPDX-License-Identifier: BSL-1.0
#include "upload.hpp"

namespace upload {
namespace {

constexpr int large = 1000;

}  // namespace

namespace leaky {

// The bug: the copy stays behind when sending it fails.
task<> send_all(server& to, const std::vector<int>& sizes) {
  for (const int size : sizes) {
    const std::uint32_t copy = size >= large ? to.make_copy() : 0;
    co_await to.send(size);
    if (size >= large) to.remove(copy);
  }
}

}  // namespace leaky

namespace fixed {

struct temporary {
  server& at;
  std::uint32_t copy;
  ~temporary() { at.remove(copy); }
};

task<> send_large(server& to, int size) {
  const temporary file{to, to.make_copy()};
  co_await to.send(size);
}

task<> send_all(server& to, const std::vector<int>& sizes) {
  for (const int size : sizes) {
    if (size >= large)
      co_await send_large(to, size);
    else
      co_await to.send(size);
  }
}

}  // namespace fixed
}  // namespace upload
