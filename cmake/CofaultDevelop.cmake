# SPDX-License-Identifier: BSL-1.0
# What only cofault's own build needs.

if(COFAULT_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(COFAULT_CCACHE_PROGRAM ccache)
  mark_as_advanced(COFAULT_CCACHE_PROGRAM)
  if(COFAULT_CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${COFAULT_CCACHE_PROGRAM}")
    set(CMAKE_C_COMPILER_LAUNCHER "${COFAULT_CCACHE_PROGRAM}")
  endif()
endif()

# Warnings for cofault's own code: strict when cofault is the top-level project, none when it is consumed.
function(cofault_own_warnings target)
  if(PROJECT_IS_TOP_LEVEL)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic)
  endif()
  set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR ${COFAULT_WERROR})
endfunction()

# A library of the package: its language level, its warnings, its name behind `cofault::`. Position
# independent, so that it can go into any executable.
function(cofault_own_target target)
  string(REGEX REPLACE "^cofault_" "" export_name ${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${export_name} CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    target_compile_features(${target} INTERFACE cxx_std_20)
  else()
    target_compile_features(${target} PUBLIC cxx_std_20)
    # It is linked into executables: nobody replaces its functions one by one, and what belongs to a
    # thread is found without a call. (There is room for one library that is opened by dlopen().)
    # What an await costs should not depend on where a change elsewhere has moved its functions to.
    target_compile_options(${target} PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition> -ftls-model=initial-exec
      -falign-functions=32)
    cofault_own_warnings(${target})
  endif()
endfunction()

# The lists are explicit; this finds a file that nobody listed (a header that would not be installed,
# a test that would never run).
function(cofault_warn_about_unlisted_files)
  set(unlisted "")
  foreach(folder IN ITEMS framework injectors properties examples tests)
    file(READ "${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt" list)
    file(GLOB_RECURSE files RELATIVE "${PROJECT_SOURCE_DIR}/${folder}"
      "${PROJECT_SOURCE_DIR}/${folder}/*.cpp" "${PROJECT_SOURCE_DIR}/${folder}/include/*.?pp")
    list(FILTER files EXCLUDE REGEX "^package/")
    foreach(file IN LISTS files)
      if(folder STREQUAL "examples")  # cofault_example(name) means name.cpp
        cmake_path(REMOVE_EXTENSION file)
      endif()
      string(FIND "${list}" "${file}" found)
      if(found EQUAL -1)
        list(APPEND unlisted "${folder}/${file}")
      endif()
    endforeach()
  endforeach()
  if(unlisted)
    list(JOIN unlisted "\n  " text)
    message(WARNING "Not in any CMakeLists.txt of cofault, so not built, tested or installed:\n  ${text}")
  endif()
endfunction()
