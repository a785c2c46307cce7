// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/injector.hpp"

namespace cofault::inject {

// The faults that an operation of that name is known for: a read ends or is reset, a connect is
// refused, an accept runs out of descriptors, … As an exception, or as an error code where the
// completion token reports one. What cannot fail by itself (post, this_coro, a parallel group, a
// channel that the program has not closed, our runtime's mutex and event) gets none; what is not
// known fails with a reset connection (Asio) or an injected_error.
class usual final : public injector {
 public:
  void propose(const await_point& where, std::uint8_t self, std::vector<fault>& out) const override;
  bool has_requests() const override { return false; }
  std::string describe() const override { return "the usual faults"; }
};

}  // namespace cofault::inject
