// SPDX-License-Identifier: BSL-1.0
#include "debug_module.hpp"

#include <utility>

#include "debug_names.hpp"

namespace cofault::detail {

debug_module::debug_module(Dwfl_Module* module) : module_{module} {
  path_ = text_or_empty(
      dwfl_module_info(module, nullptr, &start_, &end_, nullptr, nullptr, nullptr, nullptr));
}

// Not dwfl_module_addrdie: it needs .debug_aranges, which clang does not write.
debug_unit* debug_module::unit_at(Dwarf_Addr address) {
  if (!std::exchange(is_read_, true))
    for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module_, unit, &bias_)) != nullptr;)
      units_.emplace_back(*unit, bias_, module_);
  address -= bias_;
  for (debug_unit& unit : units_)
    if (unit.knows(address)) return &unit;
  for (debug_unit& unit : units_)
    if (unit.holds(address)) return &unit;
  return nullptr;
}

}  // namespace cofault::detail
