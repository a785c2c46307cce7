// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cofault/runtime/detail/boundary.hpp"
#include "cofault/runtime/spawn.hpp"

namespace cofault::runtime {

// The root returned, and something was left behind: thrown by run() in debug mode.
class left_behind : public std::runtime_error {
 public:
  explicit left_behind(std::vector<leftover> what);
  const std::vector<leftover>& what_was_left() const { return left_; }

 private:
  std::vector<leftover> left_;
};

// How to run.
struct run_options {
  // What was left behind makes run() throw left_behind, with the places where it was spawned, made
  // and thrown. The default is true if the environment variable COFAULT_RUNTIME_DEBUG is set and
  // not "0".
  bool debug = debug_by_default();
  // Gets what was left behind, unless there is nothing. The default writes each to stderr.
  std::function<void(const std::vector<leftover>&)> report = print_to_stderr;

  static bool debug_by_default();
  static void print_to_stderr(const std::vector<leftover>& what);
};

// The boundary between a program and its coroutines: runs the root on a fake scheduler of its own,
// in virtual time, and gives its result or throws what it failed with. Before it returns it cancels
// the tasks that are still pending and waits for their end. Reported are children whose exception
// nobody retrieved, tasks that were left pending and coroutines that were never awaited. Throws
// hang if nothing can move before the root has completed, and invalid_state where a scheduler runs
// already.
template <class T>
T run(task<T> root, const run_options& how = {},
      std::source_location where = std::source_location::current());

namespace detail {

// Reports what is left; throws it in debug mode if the root returned.
void end(boundary& world, const run_options& how, bool root_failed);

}  // namespace detail

template <class T>
T run(task<T> root, const run_options& how, std::source_location where) {
  detail::boundary world(how.debug);
  const handle<T> h = spawn(world.where(), std::move(root), where);
  world.drive(*h.state());
  h.state()->retrieve();  // by the caller
  detail::end(world, how, h.state()->how() != detail::task_base::status::returned);
  return h.take();
}

}  // namespace cofault::runtime
