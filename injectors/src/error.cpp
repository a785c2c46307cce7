// SPDX-License-Identifier: BSL-1.0
#include "cofault/inject/error.hpp"

namespace cofault::inject {

void error::propose(const await_point& where, std::uint8_t, std::vector<fault>& out) const {
  if (where.operation == "this_coro") return;
  for (const io_error e : errors_) {
    if (where.takes_code)
      out.push_back({fault_kind::code, std::uint8_t(e)});
    else if (where.can_throw)
      out.push_back({fault_kind::throw_error, std::uint8_t(e)});
  }
}

}  // namespace cofault::inject
