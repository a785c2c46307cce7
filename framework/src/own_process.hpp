// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

#include "cofault/driver.hpp"
#include "cofault/options.hpp"
#include "cofault/outcome.hpp"
#include "cofault/plan.hpp"
#include "cofault/run.hpp"

namespace cofault::detail {

// Gives each run a process of its own, for bodies whose decisions depend on addresses: all are
// forked from one template, which does nothing in between, so that each starts from the same heap.
// One at a time, while an exploration lasts.
class own_process {
 public:
  // Forks the template. It begins with a run without faults, for what cofault and the program look
  // up once only, and for the answers that later runs are compared with.
  own_process(const driver_factory& body, const options& how);
  own_process(const own_process&) = delete;
  own_process& operator=(const own_process&) = delete;
  ~own_process();

  // False: that run did not come to its end, or left threads behind, which no fork has.
  bool ready() const { return ready_; }

  // Throws child_end when the run took its process with it.
  outcome make(const plan& what, attention paid);

  // The one under way, also in the processes that it made; null: there is none.
  static own_process* current();

 private:
  [[noreturn]] void be_template(const driver_factory& body, const options& how, int to_parent,
                                pid_t parent) noexcept;
  // What the template says: that it rests, nothing for so long, or that it is no more.
  enum class word { rests, none, gone };
  word hear(std::chrono::milliseconds most) const;

  const int output_;  // of the runs
  const std::chrono::milliseconds cpu_;
  pid_t template_ = -1;
  int to_template_ = -1;
  bool ready_ = false;
};

// What is said of an exploration that has to do so, by what box() holds of the one before.
std::string why_own_processes();

// Whether the answer to a probe, or what is observed, has to be that of the template: it is a copy
// in memory of its process, and later runs are compared with it.
inline bool has_answers_of_template() { return own_process::current() != nullptr; }

}  // namespace cofault::detail
