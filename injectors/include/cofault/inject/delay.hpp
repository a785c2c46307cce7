// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "cofault/injector.hpp"

namespace cofault::inject {

// No fault, but another order: what is ready to go on behind an await point, or to begin, lets
// everything else that is ready run first. Where the driver lets that be chosen: on the fake
// scheduler, for work that was posted with the coroutine that it resumes.
class delay final : public injector {
 public:
  void propose(const await_point&, std::uint8_t, std::vector<fault>&) const override {}
  void propose_delay(const await_point&, std::vector<fault>& out) const override {
    out.push_back({fault_kind::delay, 1});
  }
  bool has_requests() const override { return false; }
  std::string describe() const override { return "delays what is ready"; }
};

}  // namespace cofault::inject
