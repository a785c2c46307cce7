// SPDX-License-Identifier: BSL-1.0
#include "level_heap.hpp"

#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>

#include "cofault/detail/reused_memory.hpp"

namespace cofault::detail {

#if __GLIBC__ > 2 || __GLIBC_MINOR__ >= 33
void use_up_free_memory() {
  const char* const top = static_cast<char*>(::sbrk(0)) - ::mallinfo2().keepcost;
  constexpr std::size_t large = 1 << 15, small = 1 << 10, step = 16, kept_for_thread = 7;
  const auto is_free = [&](std::size_t bytes) {
    const void* volatile block = std::malloc(bytes);
    return block != nullptr && block < top;
  };
  for (std::size_t bytes = large; bytes > small; bytes /= 2)
    while (is_free(bytes)) {
    }
  for (std::size_t bytes = small; bytes > 0; bytes -= step) {
    for (std::size_t i = 0; i < kept_for_thread; ++i) is_free(bytes);
    while (is_free(bytes)) {
    }
  }
}
#else
void use_up_free_memory() {}
#endif

void lay_in_memory() {
  constexpr std::size_t blocks = 16, largest = 1 << 12;
  for (std::size_t bytes = 32; bytes <= largest; bytes *= 2) {
    void* all[blocks];
    for (void*& block : all) block = reused_memory::take(bytes);
    for (void* block : all) reused_memory::give_back(block, bytes);
  }
}

}  // namespace cofault::detail
