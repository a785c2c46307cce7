// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "candidates.hpp"
#include "cofault/event.hpp"
#include "cofault/options.hpp"

// Parts of selectors (injector::parts) that no await point is like. What is excluded in vain, or is
// one of several that may match, is no error: options are shared by tests.
namespace cofault::detail {

// Tells the mailbox which parts the await points in user code are like.
class part_watch {
 public:
  explicit part_watch(const options& how);

  // From that event on; what stands before it was looked at in another trace.
  void look(std::span<const event> trace, std::size_t begin);

 private:
  void look_at(const await_point& point);

  std::vector<where_part> wanted_;
  std::vector<std::uint32_t> number_;  // of each among those of all injectors
};

// For each part that the sweep in box() met nowhere: a sentence.
std::vector<std::string> idle_parts(const options& how);

// What is wrong with the selector of that injector, which the sweep in box() met nowhere:
// "; did you mean 'session'?", or "".
std::string slip_in(const options& how, std::size_t injector);

// Tells the mailbox how high the numbers of coroutines and visits are.
void note_numbers(const await_point& point);

}  // namespace cofault::detail
