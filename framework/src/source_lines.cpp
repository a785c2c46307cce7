// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/source_lines.hpp"

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <link.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>

namespace cofault::detail {
namespace {

struct freed {
  void operator()(void* memory) const { std::free(memory); }
};

std::string text_or_empty(const char* text) { return text == nullptr ? std::string{} : text; }

std::string demangled(const std::string& symbol) {
  int status = 0;
  const std::unique_ptr<char, freed> text{
      abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status)};
  return text_or_empty(text.get());
}

// Parts of a coroutine are symbols with a suffix (".actor", ".resume"), which some demanglers
// refuse.
std::string demangled_symbol(const char* symbol) {
  const std::string whole = text_or_empty(symbol);
  if (auto name = demangled(whole); !name.empty()) return name;
  return demangled(whole.substr(0, whole.find('.')));
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

// For functions without a linkage name (static ones, those of anonymous namespaces).
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

std::string function_name(Dwarf_Die function, const char* symbol) {
  if (auto name = demangled_symbol(linkage_name(function).c_str()); !name.empty()) return name;
  if (auto name = demangled_symbol(symbol); !name.empty()) return name;
  if (auto name = qualified_name(function); !name.empty()) return name;
  return text_or_empty(symbol);
}

// One compilation unit and an address in it, in the numbering of the debug information.
class unit_lookup {
 public:
  unit_lookup(Dwarf_Die unit, Dwarf_Addr address, const char* symbol)
      : unit_{unit}, address_{address}, symbol_{symbol} {}

  [[nodiscard]] std::vector<source_place> places() {
    const std::vector<Dwarf_Die> functions = functions_here();
    std::vector<source_place> result;
    source_place here = innermost(functions);
    for (Dwarf_Die function : functions) {
      const bool inlined = dwarf_tag(&function) == DW_TAG_inlined_subroutine;
      here.function = function_name(function, inlined ? nullptr : symbol_);
      result.push_back(std::move(here));
      if (!inlined) return result;
      here = {{}, absolute(call_file(function)), call_line(function)};
    }
    if (result.empty()) {  // a unit with line rows only
      here.function = demangled_symbol(symbol_);
      result.push_back(std::move(here));
    }
    return result;
  }

  [[nodiscard]] std::string producer() {
    Dwarf_Attribute attribute;
    if (dwarf_attr_integrate(&unit_, DW_AT_producer, &attribute) == nullptr) return {};
    return text_or_empty(dwarf_formstring(&attribute));
  }

 private:
  // Innermost first. Not dwarf_getscopes: it never enters a namespace (where clang keeps the
  // functions) and goes on from an inlined function to where that was *written*, not to its caller.
  std::vector<Dwarf_Die> functions_here() {
    std::vector<Dwarf_Die> found;
    if (!descend(unit_, false, found)) descend(unit_, true, found);
    std::ranges::reverse(found);
    const auto real = [](Dwarf_Die& die) { return dwarf_tag(&die) == DW_TAG_subprogram; };
    if (const auto holder = std::ranges::find_if(found, real); holder != found.end()) {
      found.erase(holder + 1, found.end());
    }
    return found;
  }

  // `everywhere` looks into functions that do not hold the address, too: local classes may be
  // there.
  bool descend(Dwarf_Die parent, bool everywhere, std::vector<Dwarf_Die>& found) const {
    Dwarf_Die child;
    if (dwarf_child(&parent, &child) != 0) return false;
    do {
      const kind_of_scope kind = kind_of(child);
      const bool code = kind == kind_of_scope::function || kind == kind_of_scope::block;
      if (code && dwarf_haspc(&child, address_) > 0) {
        if (kind == kind_of_scope::function) found.push_back(child);
        descend(child, everywhere, found);
        return true;
      }
      const bool enter = kind == kind_of_scope::container || everywhere;
      if (enter && descend(child, everywhere, found)) return true;
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
  }

  enum class kind_of_scope { function, block, container, other };

  static kind_of_scope kind_of(Dwarf_Die die) {
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

  source_place innermost(const std::vector<Dwarf_Die>& functions) {
    Dwarf_Line* row = dwarf_getsrc_die(&unit_, address_);
    Dwarf_Addr from = 0;
    int line = 0;
    if (row != nullptr && dwarf_lineaddr(row, &from) == 0 &&
        (functions.empty() || from >= range_start(functions.back())) &&
        dwarf_lineno(row, &line) == 0) {
      return {{}, absolute(dwarf_linesrc(row, nullptr, nullptr)), static_cast<unsigned>(line)};
    }
    if (functions.empty()) return {};
    Dwarf_Die function = functions.front();
    return {{}, absolute(dwarf_decl_file(&function)), 0};
  }

  // Where g++ splits off the cold part of a function (handlers, at -O2), that part starts without a
  // row of its own, and the row in force is the *previous* function's: a line, but a wrong one.
  Dwarf_Addr range_start(Dwarf_Die function) const {
    Dwarf_Addr base = 0;
    Dwarf_Addr start = 0;
    Dwarf_Addr end = 0;
    for (std::ptrdiff_t at = 0; (at = dwarf_ranges(&function, at, &base, &start, &end)) > 0;) {
      if (start <= address_ && address_ < end) return start;
    }
    return 0;
  }

  const char* call_file(Dwarf_Die inlined) {
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    const unsigned index = number(inlined, DW_AT_call_file);
    if (dwarf_getsrcfiles(&unit_, &files, &count) != 0 || index >= count) return nullptr;
    return dwarf_filesrc(files, index, nullptr, nullptr);
  }

  static unsigned call_line(Dwarf_Die inlined) { return number(inlined, DW_AT_call_line); }

  static unsigned number(Dwarf_Die die, unsigned name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dwarf_attr(&die, name, &attribute) == nullptr || dwarf_formudata(&attribute, &value) != 0)
      return 0;
    return static_cast<unsigned>(value);
  }

  std::string absolute(const char* file) {
    const std::string path = text_or_empty(file);
    Dwarf_Attribute attribute;
    if (path.empty() || path.front() == '/') return path;
    if (dwarf_attr(&unit_, DW_AT_comp_dir, &attribute) == nullptr) return path;
    const std::string directory = text_or_empty(dwarf_formstring(&attribute));
    return directory.empty() ? path : directory + "/" + path;
  }

  Dwarf_Die unit_;
  Dwarf_Addr address_;
  const char* symbol_;
};

// libdwfl asks a debuginfod server where the user configured one: a test must not wait for a
// network.
int find_local_debuginfo(Dwfl_Module* module, void** data, const char* name, Dwarf_Addr base,
                         const char* file, const char* link, GElf_Word crc, char** found) {
  const auto find = std::getenv("DEBUGINFOD_URLS") == nullptr ? &dwfl_standard_find_debuginfo
                                                              : &dwfl_build_id_find_debuginfo;
  return find(module, data, name, base, file, link, crc, found);
}

// How many objects were ever loaded and unloaded: tells for little whether a rescan is due.
struct load_counts {
  unsigned long long added = 0;
  unsigned long long removed = 0;
  bool operator==(const load_counts&) const = default;

  static load_counts now() {
    load_counts counts;
    const auto read = [](dl_phdr_info* info, std::size_t, void* out) {
      *static_cast<load_counts*>(out) = {info->dlpi_adds, info->dlpi_subs};
      return 1;  // the counts are the same for every object
    };
    dl_iterate_phdr(read, &counts);
    return counts;
  }
};

class session {
 public:
  address_info look_up(const void* address) {
    const std::lock_guard lock{mutex_};
    refresh();
    const auto [entry, fresh] = known_.try_emplace(address);
    if (fresh) entry->second = resolve(reinterpret_cast<Dwarf_Addr>(address));
    return entry->second;
  }

 private:
  void refresh() {
    const load_counts counts = load_counts::now();
    if (counts == counts_) return;
    counts_ = counts;
    known_.clear();  // an address may mean something else now
    if (dwfl_ == nullptr) dwfl_ = dwfl_begin(&callbacks_);
    if (dwfl_ == nullptr) return;
    dwfl_report_begin(dwfl_);
    dwfl_linux_proc_report(dwfl_, getpid());
    dwfl_report_end(dwfl_, nullptr, nullptr);
  }

  address_info resolve(Dwarf_Addr address) {
    address_info info;
    Dwfl_Module* module = dwfl_ == nullptr ? nullptr : dwfl_addrmodule(dwfl_, address);
    if (module == nullptr) return info;
    Dwarf_Addr start = 0;
    Dwarf_Addr end = 0;
    const char* path =
        dwfl_module_info(module, nullptr, &start, &end, nullptr, nullptr, nullptr, nullptr);
    if (address < start || end <= address)
      return info;  // dwfl_addrmodule also answers for the gaps
    info.state = debug_info::no_debug_info;
    info.module = text_or_empty(path);
    // Not dwfl_module_addrdie: it needs .debug_aranges, which clang does not write.
    Dwarf_Addr bias = 0;
    for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module, unit, &bias)) != nullptr;) {
      if (dwarf_haspc(unit, address - bias) <= 0) continue;
      unit_lookup lookup{*unit, address - bias, dwfl_module_addrname(module, address)};
      info.state = debug_info::present;
      info.producer = lookup.producer();
      info.places = lookup.places();
      break;
    }
    return info;
  }

  std::mutex mutex_;
  load_counts counts_;
  std::unordered_map<const void*, address_info> known_;
  char* debuginfo_path_ = nullptr;
  const Dwfl_Callbacks callbacks_{dwfl_linux_proc_find_elf, find_local_debuginfo, nullptr,
                                  &debuginfo_path_};
  Dwfl* dwfl_ = nullptr;
};

session& the_session() {
  static auto* const kept = new session;  // never destroyed: destructors of statics may ask, too
  return *kept;
}

struct stack_walk {
  std::span<const void*> out;
  std::size_t skip;
  std::size_t taken = 0;

  static _Unwind_Reason_Code step(_Unwind_Context* context, void* self) {
    auto& walk = *static_cast<stack_walk*>(self);
    if (walk.skip > 0) {
      --walk.skip;
      return _URC_NO_REASON;
    }
    if (walk.taken == walk.out.size()) return _URC_END_OF_STACK;
    walk.out[walk.taken++] = reinterpret_cast<const void*>(_Unwind_GetIP(context));
    return _URC_NO_REASON;
  }
};

}  // namespace

address_info describe(const void* address) { return the_session().look_up(address); }

address_info describe_call(const void* return_address) {
  return describe(static_cast<const char*>(return_address) - 1);
}

std::vector<source_place> places_of(const void* address) { return describe(address).places; }

std::vector<source_place> places_of_call(const void* return_address) {
  return describe_call(return_address).places;
}

[[gnu::noinline]] std::vector<const void*> stack_here(unsigned skip, unsigned max) {
  std::vector<const void*> addresses(max);
  stack_walk walk{addresses, std::size_t{skip} + 1};  // one more: stack_here itself
  _Unwind_Backtrace(&stack_walk::step, &walk);
  addresses.resize(walk.taken);
  return addresses;
}

}  // namespace cofault::detail
