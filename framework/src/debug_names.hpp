// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <elfutils/libdw.h>

#include <string>

namespace cofault::detail {

std::string text_or_empty(const char* text);

// A symbol in words; "": it is none of C++.
std::string demangled_symbol(const char* symbol);

// What the linker calls the function; "": its debug information does not tell.
std::string linkage_name(Dwarf_Die function);

// For functions without a linkage name (static ones, those of anonymous namespaces).
std::string qualified_name(Dwarf_Die function);

}  // namespace cofault::detail
