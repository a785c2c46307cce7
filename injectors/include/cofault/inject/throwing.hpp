// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <utility>

#include "cofault/injector.hpp"

namespace cofault::inject {

// Throws a copy of one exception instead of the operation, wherever a throw is feasible:
// `throwing(my_error("lost"))`. For several exceptions give options().inject() several of them.
template <std::copy_constructible E>
class throwing final : public injector {
 public:
  explicit throwing(E exception) : exception_(std::move(exception)) {}

  void propose(const await_point& where, std::uint8_t self,
               std::vector<fault>& out) const override {
    if (where.can_throw && !where.takes_code && where.operation != "this_coro")
      out.push_back({fault_kind::throw_value, self});
  }
  bool has_requests() const override { return false; }
  void raise() const override { throw exception_; }
  detail::unthrown made() const override { return detail::make_unthrown(exception_); }
  std::string describe() const override { return "throws the test's exception"; }

 private:
  E exception_;
};

}  // namespace cofault::inject
