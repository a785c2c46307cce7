// SPDX-License-Identifier: BSL-1.0
// What the tests of the baseline explore, and what a file says about it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "baseline_scratch.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/scheduler.hpp"
#include "exploring.hpp"
#include "task.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

using namespace cofault;
using namespace std::chrono_literals;

// One coroutine in the course of time: overloads have one name.
struct first_version {};
struct moved {};
struct fixed {};
struct worse {};

inline task<> work(scheduler& s, first_version) {
  co_await s.yield();
  co_await s.sleep_for(1s);
}

inline task<> work(scheduler& s, moved) {
  const int unrelated = 1;
  co_await s.yield();
  if (unrelated == 1) {
    co_await s.sleep_for(1s);
  }
}

inline task<> work(scheduler& s, fixed) {
  // it yields no more
  co_await s.sleep_for(1s);
}

inline task<> work(scheduler& s, worse) {
  co_await s.yield();
  co_await s.sleep_for(1s);
  co_await s.sleep_for(2s);
}

inline options with_faults() { return options().inject(inject::throwing(1)).judge(untouched()); }

template <class Version>
exploration explore_work(Version v, const options& how) {
  return explore([v](scheduler& s) -> task<> { return work(s, v); }, how);
}

inline std::string line_of(const std::string& test, const std::string& source) {
  return test + " | no fault was executed | baseline_work.hpp:support::work | " + source + "\n";
}
inline const std::string yields = "co_await s.yield();", sleeps = "co_await s.sleep_for(1s);",
                         sleeps_more = "co_await s.sleep_for(2s);";

inline std::string this_test() {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return std::string(test->test_suite_name()) + "." + test->name();
}

class ratchet_test : public in_scratch_folder {
 protected:
  static std::string entry(const std::string& source) { return line_of(this_test(), source); }
  static void update(const char* value = "1") { ::setenv("COFAULT_UPDATE_BASELINE", value, 1); }
  static void no_update() { ::unsetenv("COFAULT_UPDATE_BASELINE"); }

  options how_ = with_faults().baseline("known.txt");
};

}  // namespace support
