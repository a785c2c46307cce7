// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "cofault/scheduler.hpp"

namespace cofault::runtime {

// A cancellation, delivered at an await point. Not a std::exception, so that a handler for errors
// does not end it by accident.
class cancelled final {};

// timeout() ran out of time.
class timed_out : public std::runtime_error {
 public:
  timed_out();
};

// The runtime was used in a way that makes no sense: the text says how.
class invalid_state : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// The channel was closed: nothing can be sent, or nothing is left to receive.
class channel_closed : public std::runtime_error {
 public:
  channel_closed();
};

// All that went wrong in a task group, in the order in which it went wrong.
class exception_group : public std::runtime_error {
 public:
  explicit exception_group(std::vector<std::exception_ptr> errors);
  const std::vector<std::exception_ptr>& errors() const { return errors_; }

 private:
  std::vector<std::exception_ptr> errors_;
};

// The root has not completed, and nothing can move or the clock stands still for ever: run() says
// who waits where.
class hang : public std::runtime_error {
 public:
  hang(const std::string& text, std::vector<cofault::waiting> who);
  const std::vector<cofault::waiting>& waiting() const { return waiting_; }

 private:
  std::vector<cofault::waiting> waiting_;
};

}  // namespace cofault::runtime
