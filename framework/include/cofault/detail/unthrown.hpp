// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cxxabi.h>

#include <memory>
#include <new>
#include <typeinfo>
#include <utility>

namespace cofault::detail {

// An exception object (Itanium C++ ABI) that nobody has thrown yet. Whoever throws it by
// abi::__cxa_throw() owns it no more.
struct unthrown {
  void* object = nullptr;  // null: there is none
  std::type_info* type = nullptr;
  void (*destroy)(void*) = nullptr;

  void drop() const {
    if (object == nullptr) return;
    destroy(object);
    abi::__cxa_free_exception(object);
  }
};

// A copy, as `throw from;` makes one. Throws what copying throws.
template <class E>
unthrown make_unthrown(const E& from) {
  struct memory {
    void* object = abi::__cxa_allocate_exception(sizeof(E));
    ~memory() {
      if (object != nullptr) abi::__cxa_free_exception(object);
    }
  } made;
  new (made.object) E(from);
  return {std::exchange(made.object, nullptr), const_cast<std::type_info*>(&typeid(E)),
          [](void* object) { std::destroy_at(static_cast<E*>(object)); }};
}

}  // namespace cofault::detail
