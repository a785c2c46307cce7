# SPDX-License-Identifier: BSL-1.0
# How cofault's own tests and examples are declared.
include(GoogleTest)

# cofault_test(<name> SOURCES <file>... [LIBS <target>...] [LABELS <label>...])
#
# One GoogleTest executable; each of its tests is a ctest.
function(cofault_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS;LABELS")
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  cofault_own_warnings(${name})
  target_link_libraries(${name} PRIVATE cofault::gtest ${arg_LIBS} GTest::gmock_main)
  gtest_discover_tests(${name}
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 TEST_LIST discovered PROPERTIES TIMEOUT 120)
  # Labels are a list, which the PROPERTIES above would take apart.
  set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
  file(WRITE "${labels_file}" "if(discovered)
  set_tests_properties(\${discovered} PROPERTIES LABELS \"${arg_LABELS}\")
endif()
unset(discovered)\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
endfunction()

# cofault_compile_fail(<name> SOURCE <file> DIAGNOSTIC <regex> [LIBS <target>...])
#
# A ctest that compiles the file as a part of the build would and passes only if the compiler
# refuses it with output that matches the regular expression.
function(cofault_compile_fail name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SOURCE;DIAGNOSTIC" "LIBS")
  set(target ${name}_compile_fail)
  add_library(${target} OBJECT EXCLUDE_FROM_ALL ${arg_SOURCE})
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF EXPORT_COMPILE_COMMANDS ON)
  target_link_libraries(${target} PRIVATE cofault::cofault ${arg_LIBS})
  add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}"
    "-DCOMMANDS=${CMAKE_BINARY_DIR}/compile_commands.json" "-DOBJECT=/${target}.dir/"
    "-DDIAGNOSTIC=${arg_DIAGNOSTIC}" -P "${PROJECT_SOURCE_DIR}/cmake/CofaultCompileFail.cmake")
  set_tests_properties(${name} PROPERTIES LABELS compile_fail TIMEOUT 120)
endfunction()

# cofault_example(<name> [LIBS <target>...] [EXPECT <regex>])
#
# One example: <name>.cpp, built as the target <name> and run by ctest under the label `examples`. An
# example that shows a bug fails as a test should; EXPECT says what it must print instead of passing.
function(cofault_example name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "EXPECT" "LIBS")
  add_executable(${name} ${name}.cpp)
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  cofault_own_warnings(${name})
  target_link_libraries(${name} PRIVATE cofault::gtest ${arg_LIBS} GTest::gmock_main)
  add_dependencies(examples ${name})
  add_test(NAME example.${name} COMMAND ${name})
  set_tests_properties(example.${name} PROPERTIES LABELS examples TIMEOUT 120)
  if(arg_EXPECT)
    set_tests_properties(example.${name} PROPERTIES PASS_REGULAR_EXPRESSION "${arg_EXPECT}")
  endif()
endfunction()
