// SPDX-License-Identifier: BSL-1.0
// The fates in programs of our own task type.
#pragma once

#include <memory>
#include <string>

#include "../support/task.hpp"
#include "cofault/scheduler.hpp"
#include "fates.hpp"

namespace support {

template <class Program>
told fault_in(Program program, const cofault::options& how = cofault::options(), std::size_t nth = 0) {
  using cofault::detail::scheduler_driver;
  using cofault::scheduler;
  const cofault::driver_factory factory = [program] {
    return std::make_unique<scheduler_driver>(
        [program](scheduler& s) { return cofault::detail::await_root(program(s)); });
  };
  return one_fault(factory, how, nth);
}

template <class Program>
std::string fates(Program program, const cofault::options& how = cofault::options(), std::size_t nth = 0) {
  return fault_in(program, how, nth).fates;
}

}  // namespace support
