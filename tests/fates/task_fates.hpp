// SPDX-License-Identifier: BSL-1.0
// The fates in programs of our own task type.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "../support/task.hpp"
#include "cofault/scheduler.hpp"
#include "fates.hpp"
#include "joins.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

template <class Program>
cofault::driver_factory factory_of(Program program) {
  using cofault::scheduler;
  return [program] {
    return std::make_unique<cofault::detail::scheduler_driver>(
        [program](scheduler& s) { return cofault::detail::await_root(program(s)); });
  };
}

struct task_world {
  template <class T = void>
  using task = support::task<T>;

  cofault::scheduler* s;

  task<> step() const { return step_of(*s); }

  template <class Task>
  static cofault::driver_factory factory(Task (*program)(task_world)) {
    return factory_of([program](cofault::scheduler& s) { return program(task_world{&s}); });
  }

  static task<> join_first_error(task<> a, task<> b) {
    return support::join_first_error(std::move(a), std::move(b));
  }
  static task<> join_all_errors(task<> a, task<> b) {
    return support::join_all_errors(std::move(a), std::move(b));
  }
  static task<> join_ignoring(task<> a, task<> b) {
    return support::join_ignoring(std::move(a), std::move(b));
  }
  static task<std::vector<std::exception_ptr>> join_results(task<> a, task<> b) {
    return support::join_results(std::move(a), std::move(b));
  }

  static task<> swallows_without_debug_information(task_world);
  static task<> surfaces_without_debug_information(task_world);

 private:
  static task<> step_of(cofault::scheduler& s) { co_await s.yield(); }
};

template <class Task>
told fault_in(Task (*program)(cofault::scheduler&),
              const cofault::options& how = cofault::options(), std::size_t nth = 0) {
  return one_fault(factory_of(program), how, nth);
}

template <class Task>
std::string fates(Task (*program)(cofault::scheduler&),
                  const cofault::options& how = cofault::options(), std::size_t nth = 0) {
  return fault_in(program, how, nth).fates;
}

}  // namespace support
