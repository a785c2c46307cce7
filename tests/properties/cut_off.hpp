// SPDX-License-Identifier: BSL-1.0
// What the tests of coroutines that were cut off with the world share.
#pragma once

#include <gtest/gtest.h>

#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../support/bare_world.hpp"
#include "../support/task.hpp"
#include "cofault/instrument.hpp"
#include "cofault/property/frames.hpp"
#include "cofault/property/livelock.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/property/resources.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/search.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace cut_off {

// Starts at once; suspend_never: destroys itself at its end.
template <class AtEnd>
struct started {
  struct promise_type {
    started get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    AtEnd final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
using detached = started<std::suspend_never>;
using kept = started<std::suspend_always>;

}  // namespace cut_off

COFAULT_INSTRUMENT(cut_off::started);

namespace cut_off {

using namespace cofault;
using support::bare_world;
using support::task;

inline exploration explore_in(task<> (*program)(scheduler&), const options& how) {
  return explore(program, how);
}
inline exploration explore_in(task<> (*program)(bare_world&), const options& how) {
  return explore([program] { return std::make_unique<bare_world>(program); }, how);
}

// The properties that are violated.
template <class World>
std::vector<std::string> violated(task<> (*program)(World&)) {
  const auto how = options()
                       .visits(1000)
                       .search(search::exhaustive(1))
                       .judge(properties::resources(), properties::frames(), properties::progress(),
                              properties::livelock());
  const exploration result = explore_in(program, how);
  EXPECT_EQ(result.error, "");
  EXPECT_GT(result.trials, 0u);
  std::vector<std::string> out;
  for (const finding& f : result.findings) out.push_back(f.property);
  return out;
}

inline const std::string leaked_frame(properties::frames().name());
inline const std::string leaked_resource(properties::resources().name());

struct lease {
  std::uint32_t serial = acquired("a lease");
  lease() = default;
  lease(lease&& from) noexcept : serial(std::exchange(from.serial, 0)) {}
  ~lease() { released(serial); }
};

// Tries so often while it fails, and without a pause.
template <int Most>
detached retries(scheduler& s, std::shared_ptr<void> = {}) {
  for (int i = 0; i < Most; ++i) {
    bool failed = false;
    try {
      co_await s.yield();
    } catch (const std::exception&) {
      failed = true;
    }
    if (!failed) co_return;
  }
}

}  // namespace cut_off
