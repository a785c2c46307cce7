# SPDX-License-Identifier: BSL-1.0
# Defines cofault::standalone_asio where the standalone Asio headers are found.
if(TARGET cofault::standalone_asio)
  return()
endif()
find_path(COFAULT_ASIO_INCLUDE_DIR asio/awaitable.hpp)
mark_as_advanced(COFAULT_ASIO_INCLUDE_DIR)
if(COFAULT_ASIO_INCLUDE_DIR)
  add_library(cofault::standalone_asio INTERFACE IMPORTED)
  target_include_directories(cofault::standalone_asio INTERFACE "${COFAULT_ASIO_INCLUDE_DIR}")
  # Asio 1.22 knows clang's coroutines only as the old TS; newer ones would set the same macro.
  target_compile_definitions(cofault::standalone_asio INTERFACE
    $<$<CXX_COMPILER_ID:Clang,AppleClang>:ASIO_HAS_CO_AWAIT=1>)
endif()
