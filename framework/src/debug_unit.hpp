// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <elfutils/libdwfl.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "address_map.hpp"
#include "cofault/detail/source_lines.hpp"

namespace cofault::detail {

// One compilation unit of a module. Addresses are in the numbering of the debug information, which
// is `bias` less than that of this process.
class debug_unit {
 public:
  debug_unit(Dwarf_Die unit, Dwarf_Addr bias, Dwfl_Module* module)
      : unit_{unit}, bias_{bias}, module_{module} {}

  // It was asked for that function before: quickly answered.
  [[nodiscard]] bool knows(Dwarf_Addr address);
  [[nodiscard]] bool holds(Dwarf_Addr address) { return dwarf_haspc(&unit_, address) > 0; }
  [[nodiscard]] std::string producer();
  // See address_info::places.
  [[nodiscard]] std::vector<source_place> places(Dwarf_Addr address);
  // See code_rows().
  [[nodiscard]] std::vector<Dwarf_Addr> rows(Dwarf_Addr address);

 private:
  struct holder {
    Dwarf_Addr start = 0, end = 0;
    Dwarf_Die function{};
    bool nested = false;  // in a function that does not hold the address
    [[nodiscard]] bool found() const { return end != 0; }
  };
  holder holder_of(Dwarf_Addr address);
  std::vector<Dwarf_Die> functions_at(Dwarf_Addr address);
  const char* symbol_at(Dwarf_Addr address);
  std::string name(Dwarf_Die function, Dwarf_Addr address);
  source_place innermost(Dwarf_Addr address, const std::vector<Dwarf_Die>& functions);
  const char* call_file(Dwarf_Die inlined);
  std::string absolute(const char* file);

  Dwarf_Die unit_;
  Dwarf_Addr bias_;
  Dwfl_Module* module_;
  address_map<Dwarf_Die> functions_, nested_;
  bool indexed_ = false, indexed_nested_ = false;
  std::unordered_map<Dwarf_Off, std::string> names_;     // of those with a name for the linker
  std::unordered_map<Dwarf_Addr, const char*> symbols_;  // by the start of a part of a function
};

}  // namespace cofault::detail
