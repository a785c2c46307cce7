// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/sleep.hpp"

#include <sstream>

namespace cofault::runtime::detail {

void sleep_wait::await_suspend(std::coroutine_handle<> coroutine) {
  suspend(coroutine);
  until_ = wake_after(duration_);
  deliver_pending();
}

std::string sleep_wait::what() const {
  if (duration_.count() <= 0) return "its turn";
  if (duration_.count() > never) return "a timer that never fires";
  std::ostringstream out;
  out << "a timer at " << static_cast<double>(until_) / 1e9 << " s";
  return out.str();
}

}  // namespace cofault::runtime::detail
