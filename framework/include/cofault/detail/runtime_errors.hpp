// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <exception>
#include <typeinfo>

#include "cofault/detail/frame.hpp"
#include "cofault/detail/unthrown.hpp"
#include "cofault/fault.hpp"

namespace cofault::detail {

// How a runtime expresses an io_error. Registered by its adapter before the first run.
struct runtime_errors {
  unthrown (*exception)(io_error);  // the runtime's own
  // What the runtime's own exceptions stand for: exception_flags of the object, which is of `type`.
  std::uint32_t (*classify)(const std::type_info& type, const void* object);
  void (*assign)(io_error, void* code);  // writes the runtime's error_code
  // Emits a cancellation to whoever listens at a frame's slot; null: the runtime has no slots.
  void (*cancel)(void* slot, cancel_strength how);
  // The exception that one of the runtime's own holds which stands for several.
  std::exception_ptr (*held)(const std::type_info& type, const void* object);
  // Stands for the error code that the object holds, which may be of a type that derives from the
  // runtime's own; 0: it holds none.
  std::uint64_t (*code)(const std::type_info& type, const void* object);
};

// exception_flags, as the registered runtimes know them.
std::uint32_t classify(const std::type_info& type, const void* object);
std::exception_ptr held(const std::type_info& type, const void* object);
std::uint64_t code_in(const std::type_info& type, const void* object);

void register_errors(runtime where, const runtime_errors& errors);

}  // namespace cofault::detail
