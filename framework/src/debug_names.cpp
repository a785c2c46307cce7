// SPDX-License-Identifier: BSL-1.0
#include "debug_names.hpp"

#include <cxxabi.h>
#include <dwarf.h>

#include <cstdlib>
#include <memory>
#include <vector>

namespace cofault::detail {
namespace {

struct freed {
  void operator()(void* memory) const { std::free(memory); }
};

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, freed> text{
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status)};
  return text_or_empty(text.get());
}

// A DIE and the ones around it, innermost first.
std::vector<Dwarf_Die> scopes_around(Dwarf_Die die) {
  Dwarf_Die* scopes = nullptr;
  const int count = dwarf_getscopes_die(&die, &scopes);
  const std::unique_ptr<Dwarf_Die, freed> owner{scopes};
  if (count <= 0) return {};
  return {scopes, scopes + count};
}

Dwarf_Die declaration_of(Dwarf_Die die) {
  for (const unsigned link : {DW_AT_abstract_origin, DW_AT_specification}) {
    Dwarf_Attribute attribute;
    Dwarf_Die origin;
    if (dwarf_attr(&die, link, &attribute) != nullptr &&
        dwarf_formref_die(&attribute, &origin) != nullptr) {
      return declaration_of(origin);
    }
  }
  return die;
}

std::string scope_name(Dwarf_Die scope) {
  const std::string name = text_or_empty(dwarf_diename(&scope));
  switch (dwarf_tag(&scope)) {
    case DW_TAG_namespace:
      return name.empty() ? "(anonymous namespace)" : name;
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
      return name.empty() ? "(anonymous class)" : name;
    case DW_TAG_subprogram:
      return name;
    default:
      return {};
  }
}

}  // namespace

std::string text_or_empty(const char* text) { return text == nullptr ? std::string{} : text; }

std::string demangled_symbol(const char* symbol) {
  const std::string whole = text_or_empty(symbol);
  if (auto name = demangled(whole); !name.empty()) return name;
  // Parts of a coroutine are symbols with a suffix (".actor", ".resume"), which some demanglers
  // refuse.
  return demangled(whole.substr(0, whole.find('.')));
}

std::string qualified_name(Dwarf_Die function) {
  std::string result;
  for (const Dwarf_Die& scope : scopes_around(declaration_of(function))) {
    const std::string name = scope_name(scope);
    if (!name.empty()) result = result.empty() ? name : name + "::" + result;
  }
  return result;
}

std::string linkage_name(Dwarf_Die function) {
  Dwarf_Attribute attribute;
  if (dwarf_attr_integrate(&function, DW_AT_linkage_name, &attribute) == nullptr) return {};
  return text_or_empty(dwarf_formstring(&attribute));
}

}  // namespace cofault::detail
