# SPDX-License-Identifier: BSL-1.0
#
# cofault_instrument(<target>
#   [BOOST_ASIO] [ASIO]       the runtimes whose coroutines it uses
#   [HEADERS <header>...]     headers with COFAULT_INSTRUMENT(...) lines for coroutine types of your own
#   [USER_CODE <path>...]     directories and files whose await points get faults
#   [COPY <new target>])      leave <target> alone and instrument a copy of it
#
# Instruments the code under test: every C++ translation unit of <target> sees, before anything else,
# a generated header with the chosen instrumentation; in a target with precompiled headers it comes
# first inside the precompiled header. One call for each target that has coroutines of those types.
#
# User code is, unless USER_CODE says otherwise: the directories of the target's sources, and those of
# its include directories that lie inside the project. A top-level source directory never counts as a
# whole, nor does anything generated: there, single files do.
#
# A program must not hold both <target> and its copy: that would be two definitions of everything.
include_guard(GLOBAL)

function(cofault_instrument target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "BOOST_ASIO;ASIO" "COPY" "HEADERS;USER_CODE")
  set(call "cofault_instrument(${target})")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "${call}: cannot make sense of "
      "'${arg_UNPARSED_ARGUMENTS}${arg_KEYWORDS_MISSING_VALUES}'. Known words: BOOST_ASIO, ASIO, "
      "HEADERS <header>..., USER_CODE <path>..., COPY <new target>.")
  endif()
  if(NOT TARGET ${target})
    message(FATAL_ERROR "${call}: there is no such target. Call it after add_library() or "
      "add_executable().")
  endif()
  get_target_property(aliased ${target} ALIASED_TARGET)
  if(aliased)
    set(target ${aliased})
  endif()
  get_target_property(imported ${target} IMPORTED)
  get_target_property(type ${target} TYPE)
  if(imported OR NOT type MATCHES "^(EXECUTABLE|(STATIC|SHARED|MODULE|OBJECT)_LIBRARY)$")
    message(FATAL_ERROR "${call}: an imported, interface or custom target compiles no source here. "
      "Instrument the targets whose sources hold the coroutines.")
  endif()
  if(NOT arg_BOOST_ASIO AND NOT arg_ASIO AND NOT arg_HEADERS)
    message(FATAL_ERROR "${call}: nothing to instrument. Name the runtime (BOOST_ASIO or ASIO), or "
      "give HEADERS with COFAULT_INSTRUMENT(...) lines for your own coroutine types.")
  endif()

  if(arg_COPY)
    if(TARGET ${arg_COPY})
      message(FATAL_ERROR "${call}: COPY ${arg_COPY}: there is such a target already.")
    endif()
    _cofault_add_copy(${target} ${arg_COPY} ${type})
    set(target ${arg_COPY})
  endif()
  get_target_property(instrumented ${target} COFAULT_INCLUDES)
  if(instrumented)
    message(FATAL_ERROR "${call}: it is instrumented already. Say everything in one call.")
  endif()

  set(includes "")
  if(arg_BOOST_ASIO)
    list(APPEND includes "<cofault/instrument/boost_asio.hpp>")
  endif()
  if(arg_ASIO)
    list(APPEND includes "<cofault/instrument/asio.hpp>")
  endif()
  list(APPEND includes "<cofault/instrument.hpp>")
  foreach(header IN LISTS arg_HEADERS)
    cmake_path(ABSOLUTE_PATH header NORMALIZE OUTPUT_VARIABLE file)
    if(EXISTS "${file}")
      list(APPEND includes "\"${file}\"")
    else()
      list(APPEND includes "<${header}>")
    endif()
  endforeach()
  set(user_code "")
  foreach(path IN LISTS arg_USER_CODE)
    cmake_path(ABSOLUTE_PATH path NORMALIZE)
    if(IS_DIRECTORY "${path}")
      string(REGEX REPLACE "/*$" "/" path "${path}")
    elseif(NOT EXISTS "${path}")
      message(FATAL_ERROR "${call}: USER_CODE ${path} does not exist.")
    endif()
    list(APPEND user_code "${path}")
  endforeach()
  set_target_properties(${target} PROPERTIES
    COFAULT_INCLUDES "${includes}" COFAULT_USER_CODE "${user_code}"
    COFAULT_BOOST_ASIO "${arg_BOOST_ASIO}" COFAULT_ASIO "${arg_ASIO}")

  _cofault_refuse_reused_pch(${target})
  _cofault_link(${target} ${type})
  # The target may get its sources, directories and precompiled headers after this call.
  cmake_language(EVAL CODE "cmake_language(
    DEFER DIRECTORY [[${CMAKE_SOURCE_DIR}]] CALL _cofault_finish [[${target}]])")
endfunction()

function(_cofault_refuse_reused_pch target)
  get_target_property(owner ${target} PRECOMPILE_HEADERS_REUSE_FROM)
  if(owner)
    message(FATAL_ERROR "cofault_instrument(${target}): it reuses the precompiled header of ${owner}, "
      "which was compiled without instrumentation. Instrument a copy, which gets its own: "
      "cofault_instrument(${target} ... COPY ${target}_instrumented).")
  endif()
endfunction()

# The runtime goes along with the target into whatever links it. A shared library only compiles against
# it: the one copy lives in the executable. (LINK_LIBRARIES is set directly because
# target_link_libraries() would have to repeat the signature, plain or keyword, that the target uses.)
function(_cofault_link target type)
  if(type MATCHES "SHARED|MODULE")
    foreach(property INCLUDE_DIRECTORIES COMPILE_DEFINITIONS COMPILE_FEATURES)
      set_property(TARGET ${target} APPEND PROPERTY ${property}
        "$<TARGET_PROPERTY:cofault::cofault,INTERFACE_${property}>")
    endforeach()
  else()
    set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES cofault::cofault)
  endif()
  if(NOT type MATCHES "EXECUTABLE|MODULE")
    set_property(TARGET ${target} APPEND PROPERTY
      INTERFACE_LINK_LIBRARIES "$<BUILD_INTERFACE:cofault::cofault>")
  endif()
endfunction()

# ---- at the end of the configuration, when everything about the target is known

function(_cofault_finish target)
  get_target_property(original ${target} COFAULT_COPY_OF)
  if(original)
    _cofault_fill_copy(${original} ${target})
  endif()
  _cofault_refuse_reused_pch(${target})
  _cofault_write_header(${target} header)

  _cofault_has_pch(${target} pch)
  if(pch)
    _cofault_prepend(${target} PRECOMPILE_HEADERS "$<$<COMPILE_LANGUAGE:CXX>:${header}>")
    _cofault_force_into_sources_without_pch(${target} "${header}")
  else()
    _cofault_prepend(${target} COMPILE_OPTIONS
      "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include \"${header}\">")
  endif()
endfunction()

function(_cofault_prepend target property value)
  get_target_property(old ${target} ${property})
  if(old)
    list(APPEND value "${old}")
  endif()
  set_property(TARGET ${target} PROPERTY ${property} "${value}")
endfunction()

function(_cofault_write_header target out)
  get_target_property(includes ${target} COFAULT_INCLUDES)
  get_target_property(binary_dir ${target} BINARY_DIR)
  _cofault_user_code(${target} paths)
  set(text "#pragma once\n\n")
  foreach(include IN LISTS includes)
    string(APPEND text "#include ${include}\n")
  endforeach()
  string(APPEND text "\n")
  foreach(path IN LISTS paths)
    string(REGEX REPLACE "([\\\\\"])" "\\\\\\1" path "${path}")
    string(APPEND text "COFAULT_USER_CODE(\"${path}\");\n")
  endforeach()
  set(header "${binary_dir}/cofault_instrument/${target}/cofault_instrument.hpp")
  file(CONFIGURE OUTPUT "${header}" CONTENT "// Generated by cofault_instrument(${target}).\n@text@" @ONLY)
  set(${out} "${header}" PARENT_SCOPE)
endfunction()

function(_cofault_user_code target out)
  get_target_property(paths ${target} COFAULT_USER_CODE)
  if(NOT paths)
    set(paths "")
    _cofault_sources(${target} sources)
    foreach(source IN LISTS sources)
      cmake_path(GET source PARENT_PATH directory)
      _cofault_is_user_directory("${directory}" whole)
      if(whole)
        list(APPEND paths "${directory}/")
      else()
        list(APPEND paths "${source}")
      endif()
    endforeach()
    _cofault_own_include_directories(${target} directories)
    foreach(directory IN LISTS directories)
      cmake_path(IS_PREFIX CMAKE_SOURCE_DIR "${directory}" NORMALIZE inside)
      _cofault_is_user_directory("${directory}" whole)
      if(inside AND whole)
        list(APPEND paths "${directory}/")
      endif()
    endforeach()
    list(REMOVE_DUPLICATES paths)
  endif()
  if(NOT paths)
    message(FATAL_ERROR "cofault_instrument(${target}): cannot tell what is user code, so no await "
      "point would get a fault. Say USER_CODE <path>...")
  endif()
  set(${out} "${paths}" PARENT_SCOPE)
endfunction()

# Not the top-level directory or one above it (it holds the tests, and third parties' code), not
# a build directory (it holds downloaded dependencies), not the system's.
function(_cofault_is_user_directory directory out)
  cmake_path(IS_PREFIX directory "${CMAKE_SOURCE_DIR}" NORMALIZE above)
  cmake_path(IS_PREFIX CMAKE_BINARY_DIR "${directory}" NORMALIZE generated)
  if(CMAKE_BINARY_DIR STREQUAL CMAKE_SOURCE_DIR)
    set(generated FALSE)
  endif()
  cmake_path(IS_PREFIX CMAKE_SOURCE_DIR "${directory}" NORMALIZE inside)
  set(system FALSE)
  if(directory MATCHES "^/usr(/|$)" AND NOT inside)
    set(system TRUE)
  endif()
  if(above OR generated OR system)
    set(${out} FALSE PARENT_SCOPE)
  else()
    set(${out} TRUE PARENT_SCOPE)
  endif()
endfunction()

# Absolute paths of the target's sources, those in generator expressions aside.
function(_cofault_sources target out)
  get_target_property(sources ${target} SOURCES)
  get_target_property(source_dir ${target} SOURCE_DIR)
  get_target_property(binary_dir ${target} BINARY_DIR)
  set(absolute "")
  foreach(source IN LISTS sources)
    if(source MATCHES "[$]<|>$|-NOTFOUND$")
      continue()
    endif()
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${source_dir}" NORMALIZE OUTPUT_VARIABLE path)
    if(NOT EXISTS "${path}" AND NOT IS_ABSOLUTE "${source}")
      get_property(generated SOURCE "${binary_dir}/${source}" TARGET_DIRECTORY ${target}
        PROPERTY GENERATED)
      if(generated)
        set(path "${binary_dir}/${source}")
      endif()
    endif()
    list(APPEND absolute "${path}")
  endforeach()
  set(${out} "${absolute}" PARENT_SCOPE)
endfunction()

function(_cofault_own_include_directories target out)
  get_target_property(directories ${target} INCLUDE_DIRECTORIES)
  string(REGEX REPLACE "[$]<BUILD_INTERFACE:([^$>]*)>" "\\1" directories "${directories}")
  set(found "")
  foreach(directory IN LISTS directories)
    if(directory AND NOT directory MATCHES "[$]<|>$")
      cmake_path(NORMAL_PATH directory)
      string(REGEX REPLACE "(.)/+$" "\\1" directory "${directory}")
      list(APPEND found "${directory}")
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

# ---- precompiled headers

# Whether the target gets a precompiled header, its own or one that a library it links asks for.
function(_cofault_has_pch target out)
  set(${out} FALSE PARENT_SCOPE)
  get_target_property(disabled ${target} DISABLE_PRECOMPILE_HEADERS)
  if(disabled)
    return()
  endif()
  get_target_property(own ${target} PRECOMPILE_HEADERS)
  if(own)
    set(${out} TRUE PARENT_SCOPE)
    return()
  endif()
  get_target_property(pending ${target} LINK_LIBRARIES)
  set(seen "")
  while(pending)
    list(POP_FRONT pending library)
    if(NOT TARGET "${library}" OR library IN_LIST seen)
      continue()
    endif()
    list(APPEND seen "${library}")
    get_target_property(inherited ${library} INTERFACE_PRECOMPILE_HEADERS)
    if(inherited)
      set(${out} TRUE PARENT_SCOPE)
      return()
    endif()
    get_target_property(more ${library} INTERFACE_LINK_LIBRARIES)
    if(more)
      list(APPEND pending ${more})
    endif()
  endwhile()
endfunction()

# The source may belong to other targets, too: they must not get the header.
function(_cofault_force_into_sources_without_pch target header)
  set(mine "$<STREQUAL:$<TARGET_PROPERTY:NAME>,${target}>")
  _cofault_sources(${target} sources)
  foreach(source IN LISTS sources)
    get_property(skipped SOURCE "${source}" TARGET_DIRECTORY ${target}
      PROPERTY SKIP_PRECOMPILE_HEADERS)
    if(skipped)
      set_property(SOURCE "${source}" TARGET_DIRECTORY ${target} APPEND PROPERTY
        COMPILE_OPTIONS "$<${mine}:-include>" "$<${mine}:${header}>")
    endif()
  endforeach()
endfunction()

# ---- COPY

function(_cofault_add_copy original copy type)
  if(type STREQUAL "EXECUTABLE")
    add_executable(${copy})
  else()
    string(REPLACE "_LIBRARY" "" kind ${type})
    add_library(${copy} ${kind})
  endif()
  set_target_properties(${copy} PROPERTIES COFAULT_COPY_OF ${original})
endfunction()

# What the copy was given by name comes after what the original has.
function(_cofault_fill_copy original copy)
  get_target_property(instrumented ${original} COFAULT_INCLUDES)
  if(instrumented)
    message(FATAL_ERROR "cofault_instrument(${original} ... COPY ${copy}): ${original} is itself "
      "instrumented. Drop one of the two calls.")
  endif()

  _cofault_copy_sources(${original} ${copy})
  foreach(property
      COMPILE_DEFINITIONS COMPILE_FEATURES COMPILE_OPTIONS INCLUDE_DIRECTORIES LINK_DIRECTORIES
      LINK_LIBRARIES LINK_OPTIONS
      INTERFACE_COMPILE_DEFINITIONS INTERFACE_COMPILE_FEATURES INTERFACE_COMPILE_OPTIONS
      INTERFACE_INCLUDE_DIRECTORIES INTERFACE_LINK_DIRECTORIES INTERFACE_LINK_LIBRARIES
      INTERFACE_LINK_OPTIONS INTERFACE_PRECOMPILE_HEADERS INTERFACE_SOURCES
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES)
    get_target_property(value ${original} ${property})
    if(value)
      _cofault_prepend(${copy} ${property} "${value}")
    endif()
  endforeach()
  foreach(property
      AUTOMOC AUTORCC AUTOUIC COMPILE_FLAGS COMPILE_WARNING_AS_ERROR C_EXTENSIONS C_STANDARD
      C_STANDARD_REQUIRED C_VISIBILITY_PRESET CXX_EXTENSIONS CXX_STANDARD CXX_STANDARD_REQUIRED
      CXX_VISIBILITY_PRESET DEFINE_SYMBOL DISABLE_PRECOMPILE_HEADERS ENABLE_EXPORTS
      INTERPROCEDURAL_OPTIMIZATION LINKER_LANGUAGE LINK_FLAGS POSITION_INDEPENDENT_CODE
      UNITY_BUILD UNITY_BUILD_BATCH_SIZE UNITY_BUILD_MODE VISIBILITY_INLINES_HIDDEN)
    get_property(set TARGET ${original} PROPERTY ${property} SET)
    if(set)
      get_target_property(value ${original} ${property})
      set_target_properties(${copy} PROPERTIES ${property} "${value}")
    endif()
  endforeach()

  # The copy has a precompiled header of its own, also where the original borrows one.
  set(owner ${original})
  get_target_property(next ${owner} PRECOMPILE_HEADERS_REUSE_FROM)
  while(next)
    set(owner ${next})
    get_target_property(next ${owner} PRECOMPILE_HEADERS_REUSE_FROM)
  endwhile()
  get_target_property(headers ${owner} PRECOMPILE_HEADERS)
  if(headers)
    _cofault_prepend(${copy} PRECOMPILE_HEADERS "${headers}")
  endif()

  get_target_property(dependencies ${original} MANUALLY_ADDED_DEPENDENCIES)
  if(dependencies)
    add_dependencies(${copy} ${dependencies})
  endif()
endfunction()

function(_cofault_copy_sources original copy)
  get_target_property(listed ${original} SOURCES)
  _cofault_sources(${original} sources)
  set(expressions "${listed}")
  list(FILTER expressions INCLUDE REGEX "[$]<|>$")
  _cofault_prepend(${copy} SOURCES "${sources};${expressions}")

  get_target_property(from ${original} SOURCE_DIR)
  get_target_property(to ${copy} SOURCE_DIR)
  set(generated FALSE)
  foreach(source IN LISTS sources)
    foreach(property
        COMPILE_DEFINITIONS COMPILE_FLAGS COMPILE_OPTIONS GENERATED HEADER_FILE_ONLY
        INCLUDE_DIRECTORIES LANGUAGE OBJECT_DEPENDS SKIP_PRECOMPILE_HEADERS
        SKIP_UNITY_BUILD_INCLUSION)
      get_property(value SOURCE "${source}" TARGET_DIRECTORY ${original} PROPERTY ${property})
      if(value AND property STREQUAL "GENERATED")
        set(generated TRUE)
      endif()
      if(value AND NOT from STREQUAL to)  # properties of sources belong to a directory
        set_property(SOURCE "${source}" TARGET_DIRECTORY ${copy} PROPERTY ${property} "${value}")
      endif()
    endforeach()
  endforeach()
  if(generated)
    add_dependencies(${copy} ${original})  # it knows how to make them
  endif()
endfunction()
