# SPDX-License-Identifier: BSL-1.0
# cmake -DCOMMANDS=<compile_commands.json> -DOBJECT=<part of the object's path> -DDIAGNOSTIC=<regex>
#       -P CofaultCompileFail.cmake
file(READ "${COMMANDS}" database)
string(JSON last LENGTH "${database}")
math(EXPR last "${last} - 1")
set(command "")
foreach(i RANGE ${last})
  string(JSON entry GET "${database}" ${i} command)
  string(FIND "${entry}" "${OBJECT}" found)
  if(NOT found EQUAL -1)
    set(command "${entry}")
    break()
  endif()
endforeach()
if(command STREQUAL "")
  message(FATAL_ERROR "${COMMANDS} has no command with ${OBJECT}")
endif()

execute_process(COMMAND sh -c "${command} -fsyntax-only"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
message("${output}")
if(result EQUAL 0)
  message(FATAL_ERROR "It compiled; it must not.")
elseif(NOT output MATCHES "${DIAGNOSTIC}")
  message(FATAL_ERROR "It failed to compile, without a diagnostic that matches\n  ${DIAGNOSTIC}")
endif()
