// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace cofault::detail {

// Google Mock reports no uninteresting calls for as long as it lives: there would be one for each
// trial, and what a handler prints there would count as its report of the exception.
class quiet_mocks {
 public:
  quiet_mocks();
  quiet_mocks(const quiet_mocks&) = delete;
  quiet_mocks& operator=(const quiet_mocks&) = delete;
  ~quiet_mocks();

 private:
  std::string before_;
};

// Whether it is an expectation that was not met when its mock was destroyed.
bool is_unmet(const testing::TestPartResult& part);

// The failure as GoogleTest prints it, without the bytes of a returned coroutine, which differ from
// run to run.
std::string text_of(const testing::TestPartResult& part);

// Finds mocks that count the calls of earlier runs, too.
class mock_memory {
 public:
  // Of a run without faults: what was called too often then is so just as often in the next one.
  void compare(const testing::TestPartResultArray& run);

 private:
  std::map<std::string, std::string> before_;  // how often it was called, by file and line
};

}  // namespace cofault::detail
