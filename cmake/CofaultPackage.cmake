# SPDX-License-Identifier: BSL-1.0
# Install rules: one export set for the core and one for each adapter, so that a consumer needs only
# the dependencies of what it uses.
include(CMakePackageConfigHelpers)

set(cofault_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/cofault")
set(cofault_installed_adapters "")

function(cofault_install target export_set)
  install(TARGETS ${target} EXPORT ${export_set} FILE_SET HEADERS FILE_SET fragments)
  install(EXPORT ${export_set} NAMESPACE cofault:: DESTINATION "${cofault_package_dir}")
endfunction()

cofault_install(cofault cofaultTargets)
foreach(adapter IN LISTS cofault_adapters)
  if(adapter STREQUAL "gtest")
    # A GoogleTest that is built in this tree is not part of our package.
    get_target_property(imported GTest::gmock IMPORTED)
    if(NOT imported)
      message(STATUS "cofault: cofault::gtest is not installed (GoogleTest is built in this tree)")
      continue()
    endif()
  endif()
  if(adapter STREQUAL "rapidcheck")
    get_target_property(imported rapidcheck IMPORTED)
    if(NOT imported)
      message(STATUS "cofault: cofault::rapidcheck is not installed (RapidCheck is built in this tree)")
      continue()
    endif()
  endif()
  cofault_install(cofault_${adapter} cofault_${adapter}Targets)
  list(APPEND cofault_installed_adapters ${adapter})
endforeach()

configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/cofaultConfig.cmake.in" "${PROJECT_BINARY_DIR}/cofaultConfig.cmake"
  INSTALL_DESTINATION "${cofault_package_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/cofaultConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/cofaultConfig.cmake"
        "${PROJECT_BINARY_DIR}/cofaultConfigVersion.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/CofaultInstrument.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/CofaultFindAsio.cmake"
  DESTINATION "${cofault_package_dir}")
