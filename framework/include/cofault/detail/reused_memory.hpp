// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <vector>

namespace cofault::detail {

// Memory for what cofault itself needs in every trial. A block that is given back is kept for the
// next trial, so that after the first ones nothing is asked of the heap. Each thread has its own.
class reused_memory {
 public:
  // Throws std::bad_alloc.
  static void* take(std::size_t bytes);
  static void give_back(void* block, std::size_t bytes) noexcept;
};

// For containers.
template <class T>
struct reusing {
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
  using value_type = T;
  reusing() = default;
  template <class U>
  reusing(const reusing<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(reused_memory::take(n * sizeof(T))); }
  void deallocate(T* block, std::size_t n) noexcept {
    reused_memory::give_back(block, n * sizeof(T));
  }
  friend bool operator==(const reusing&, const reusing&) { return true; }
};

template <class T>
using reused_vector = std::vector<T, reusing<T>>;

// A base class for objects that are made anew for every trial.
struct reused {
  static void* operator new(std::size_t bytes) { return reused_memory::take(bytes); }
  static void operator delete(void* block, std::size_t bytes) noexcept {
    reused_memory::give_back(block, bytes);
  }
};

}  // namespace cofault::detail
