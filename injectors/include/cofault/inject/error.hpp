// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <initializer_list>
#include <vector>

#include "cofault/injector.hpp"

namespace cofault::inject {

// The operation fails with the given errors, each on its own: as the runtime's exception, or as an
// error code where the completion token reports one.
class error final : public injector {
 public:
  error(std::initializer_list<io_error> errors) : errors_(errors) {}

  void propose(const await_point& where, std::uint8_t self, std::vector<fault>& out) const override;
  bool has_requests() const override { return false; }
  std::string describe() const override { return "fails with the given errors"; }

 private:
  std::vector<io_error> errors_;
};

}  // namespace cofault::inject
