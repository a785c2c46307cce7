// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/mman.h>

#include <new>
#include <stdexcept>

namespace cofault::detail {

// An object of type T, zero-filled, in memory that forked children share. Untouched pages cost
// nothing, so generous fixed capacities are cheap. T must be usable when zero-filled. Never freed:
// it must outlive static destructors.
template <class T>
T& make_shared_object() {
  void* memory = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return *static_cast<T*>(memory);
}

}  // namespace cofault::detail
