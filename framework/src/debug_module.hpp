// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <elfutils/libdwfl.h>

#include <string>
#include <vector>

#include "debug_unit.hpp"

namespace cofault::detail {

// An executable or shared object. Addresses are those of this process.
class debug_module {
 public:
  explicit debug_module(Dwfl_Module* module);

  [[nodiscard]] bool holds(Dwarf_Addr address) const { return start_ <= address && address < end_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Dwarf_Addr bias() const { return bias_; }  // see debug_unit
  // Null: no debug information tells of that code.
  debug_unit* unit_at(Dwarf_Addr address);

 private:
  Dwfl_Module* module_;
  std::string path_;
  Dwarf_Addr start_ = 0, end_ = 0, bias_ = 0;
  bool is_read_ = false;
  std::vector<debug_unit> units_;
};

}  // namespace cofault::detail
