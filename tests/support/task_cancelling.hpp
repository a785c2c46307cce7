// SPDX-License-Identifier: BSL-1.0
// How the tests cancel tasks that listen to a stop token.
#pragma once

#include <initializer_list>
#include <memory>
#include <stop_token>
#include <utility>

#include "cancellable.hpp"
#include "cofault/cancel.hpp"
#include "cofault/explore.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/scheduler.hpp"
#include "moments.hpp"

namespace support {

// Cancels the root at every moment, or at those.
inline cofault::options cancelling(const cofault::options& how = cofault::options()) {
  return how.inject(cofault::inject::cancel()).cancellation<operation_cancelled>();
}
inline cofault::options cancelling(std::initializer_list<cofault::moment> when) {
  return cofault::options()
      .inject(cofault::inject::cancel(when))
      .cancellation<operation_cancelled>();
}

// Explores the program, which is cancelled by its token.
inline cofault::exploration cancelled(task<> (*program)(cofault::scheduler&, std::stop_token),
                                      const cofault::options& how = cancelling()) {
  return cofault::explore(
      [program](cofault::scheduler& s) {
        const std::stop_source stop;
        cofault::on_cancel(stop);
        return program(s, stop.get_token());
      },
      how);
}

// Explores the program, which gets what `Service` is made of; it is cancelled by stop().
template <class Service>
cofault::exploration stopped(task<> (*program)(cofault::scheduler&, std::shared_ptr<Service>),
                             const cofault::options& how = cancelling()) {
  return cofault::explore(
      [program](cofault::scheduler& s) {
        const auto made = std::make_shared<Service>();
        cofault::on_cancel([made] { made->stop(); });
        return program(s, made);
      },
      how);
}

}  // namespace support
