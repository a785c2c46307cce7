// SPDX-License-Identifier: BSL-1.0
#include "debug_unit.hpp"

#include <dwarf.h>

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <utility>

#include "debug_names.hpp"

namespace cofault::detail {
namespace {

enum class kind_of_scope { function, block, container, other };

kind_of_scope kind_of(Dwarf_Die die) {
  switch (dwarf_tag(&die)) {
    case DW_TAG_subprogram:
    case DW_TAG_inlined_subroutine:
      return kind_of_scope::function;
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
      return kind_of_scope::block;
    case DW_TAG_namespace:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
      return kind_of_scope::container;
    default:
      return kind_of_scope::other;
  }
}

unsigned number(Dwarf_Die die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_attr(&die, name, &attribute) == nullptr || dwarf_formudata(&attribute, &value) != 0)
    return 0;
  return static_cast<unsigned>(value);
}

// The code of the DIE: visit(start, end) for each part of it.
template <class Visit>
void for_ranges(Dwarf_Die die, const Visit& visit) {
  Dwarf_Addr base = 0, start = 0, end = 0;
  for (std::ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &start, &end)) > 0;)
    visit(start, end);
}

// Where g++ splits off the cold part of a function (handlers, at -O2), that part starts without a
// row of its own, and the row in force is the *previous* function's: a line, but a wrong one.
Dwarf_Addr range_start(Dwarf_Die function, Dwarf_Addr address) {
  Dwarf_Addr out = 0;
  for_ranges(function, [&](Dwarf_Addr start, Dwarf_Addr end) {
    if (start <= address && address < end) out = start;
  });
  return out;
}

// The scopes in it that hold the address, outermost first. `everywhere` looks into functions that
// do not hold it, too: local classes may be there.
bool descend(Dwarf_Die parent, Dwarf_Addr address, bool everywhere, std::vector<Dwarf_Die>& found) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return false;
  do {
    const kind_of_scope kind = kind_of(child);
    const bool code = kind == kind_of_scope::function || kind == kind_of_scope::block;
    if (code && dwarf_haspc(&child, address) > 0) {
      if (kind == kind_of_scope::function) found.push_back(child);
      descend(child, address, everywhere, found);
      return true;
    }
    const bool enter = kind == kind_of_scope::container || everywhere;
    if (enter && descend(child, address, everywhere, found)) return true;
  } while (dwarf_siblingof(&child, &child) == 0);
  return false;
}

// Not dwarf_getscopes: it never enters a namespace (where clang keeps the functions), and looks
// through all of them for each address. `everywhere`: also in functions, where local classes are.
void index(Dwarf_Die parent, bool everywhere, address_map<Dwarf_Die>& out) {
  Dwarf_Die child;
  if (dwarf_child(&parent, &child) != 0) return;
  do {
    if (dwarf_tag(&child) == DW_TAG_subprogram)
      for_ranges(child, [&](Dwarf_Addr start, Dwarf_Addr end) { out.add(start, end, child); });
    if (kind_of(child) == kind_of_scope::container || everywhere) index(child, everywhere, out);
  } while (dwarf_siblingof(&child, &child) == 0);
}

bool is_inlined(Dwarf_Die function) { return dwarf_tag(&function) == DW_TAG_inlined_subroutine; }

}  // namespace

std::string debug_unit::producer() {
  Dwarf_Attribute attribute;
  if (dwarf_attr_integrate(&unit_, DW_AT_producer, &attribute) == nullptr) return {};
  return text_or_empty(dwarf_formstring(&attribute));
}

std::vector<source_place> debug_unit::places(Dwarf_Addr address) {
  const std::vector<Dwarf_Die> functions = functions_at(address);
  std::vector<source_place> result;
  source_place here = innermost(address, functions);
  for (const Dwarf_Die& function : functions) {
    here.function = name(function, address);
    result.push_back(std::move(here));
    if (!is_inlined(function)) return result;
    here = {{}, absolute(call_file(function)), number(function, DW_AT_call_line)};
  }
  if (result.empty()) {  // a unit with line rows only
    here.function = demangled_symbol(symbol_at(address));
    result.push_back(std::move(here));
  }
  return result;
}

bool debug_unit::knows(Dwarf_Addr address) {
  return (indexed_ && functions_.find(address) != nullptr) ||
         (indexed_nested_ && nested_.find(address) != nullptr);
}

debug_unit::holder debug_unit::holder_of(Dwarf_Addr address) {
  if (!std::exchange(indexed_, true)) index(unit_, false, functions_);
  if (const auto* r = functions_.find(address)) return {r->start, r->end, r->value, false};
  if (!std::exchange(indexed_nested_, true)) index(unit_, true, nested_);
  if (const auto* r = nested_.find(address)) return {r->start, r->end, r->value, true};
  return {};
}

// Innermost first. It goes on from an inlined function to its caller, not to where that was
// *written*, as dwarf_getscopes does.
std::vector<Dwarf_Die> debug_unit::functions_at(Dwarf_Addr address) {
  const holder outermost = holder_of(address);
  if (!outermost.found()) return {};
  std::vector<Dwarf_Die> found{outermost.function};
  descend(outermost.function, address, outermost.nested, found);
  std::ranges::reverse(found);
  const auto real = std::ranges::find_if(found, [](Dwarf_Die f) { return !is_inlined(f); });
  if (real != found.end()) found.erase(real + 1, found.end());
  return found;
}

// libdwfl looks through all symbols each time.
const char* debug_unit::symbol_at(Dwarf_Addr address) {
  const auto [known, fresh] = symbols_.try_emplace(holder_of(address).start);
  if (fresh || known->first == 0) known->second = dwfl_module_addrname(module_, address + bias_);
  return known->second;
}

std::string debug_unit::name(Dwarf_Die function, Dwarf_Addr address) {
  const auto [known, fresh] = names_.try_emplace(dwarf_dieoffset(&function));
  if (fresh) known->second = demangled_symbol(linkage_name(function).c_str());
  if (!known->second.empty()) return known->second;
  const char* const symbol = is_inlined(function) ? nullptr : symbol_at(address);
  if (auto name = demangled_symbol(symbol); !name.empty()) return name;
  if (auto name = qualified_name(function); !name.empty()) return name;
  return text_or_empty(symbol);
}

source_place debug_unit::innermost(Dwarf_Addr address, const std::vector<Dwarf_Die>& functions) {
  Dwarf_Line* row = dwarf_getsrc_die(&unit_, address);
  Dwarf_Addr from = 0;
  int line = 0;
  if (row != nullptr && dwarf_lineaddr(row, &from) == 0 &&
      (functions.empty() || from >= range_start(functions.back(), address)) &&
      dwarf_lineno(row, &line) == 0) {
    return {{}, absolute(dwarf_linesrc(row, nullptr, nullptr)), static_cast<unsigned>(line)};
  }
  if (functions.empty()) return {};
  Dwarf_Die function = functions.front();
  return {{}, absolute(dwarf_decl_file(&function)), 0};
}

std::vector<Dwarf_Addr> debug_unit::rows(Dwarf_Addr address) {
  const holder part = holder_of(address);
  Dwarf_Lines* lines = nullptr;
  std::size_t count = 0;
  std::vector<Dwarf_Addr> out;
  if (!part.found() || dwarf_getsrclines(&unit_, &lines, &count) != 0) return out;
  const auto start_of = [&](std::size_t row) {
    Dwarf_Addr start = 0;
    return dwarf_lineaddr(dwarf_onesrcline(lines, row), &start) == 0 ? start : 0;
  };
  const auto all = std::views::iota(std::size_t{0}, count);
  auto row = std::ranges::lower_bound(all, part.start, {}, start_of);
  for (; row != all.end() && start_of(*row) < part.end; ++row)
    if (out.empty() || out.back() != start_of(*row)) out.push_back(start_of(*row));
  return out;
}

const char* debug_unit::call_file(Dwarf_Die inlined) {
  Dwarf_Files* files = nullptr;
  std::size_t count = 0;
  const unsigned index = number(inlined, DW_AT_call_file);
  if (dwarf_getsrcfiles(&unit_, &files, &count) != 0 || index >= count) return nullptr;
  return dwarf_filesrc(files, index, nullptr, nullptr);
}

std::string debug_unit::absolute(const char* file) {
  const std::string path = text_or_empty(file);
  Dwarf_Attribute attribute;
  if (path.empty() || path.front() == '/') return path;
  if (dwarf_attr(&unit_, DW_AT_comp_dir, &attribute) == nullptr) return path;
  const std::string directory = text_or_empty(dwarf_formstring(&attribute));
  return directory.empty() ? path : directory + "/" + path;
}

}  // namespace cofault::detail
