// SPDX-License-Identifier: BSL-1.0
#include <gtest/gtest.h>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;

task<> nap(scheduler& s) { co_await s.yield(); }

// Counts how often it is asked for requests.
struct asked : injector {
  explicit asked(int& times, bool has) : times(times), has(has) {}
  void propose(const await_point&, std::uint8_t self, std::vector<fault>& out) const override {
    out.push_back({fault_kind::throw_value, self});
  }
  bool has_requests() const override { return has; }
  void propose_requests(const await_point&, std::vector<fault>&) const override { ++times; }
  void propose_for_root(bool, std::vector<fault>&) const override { ++times; }
  void raise() const override { throw 1; }
  std::string describe() const override { return "counts"; }

  int& times;
  bool has;
};

int times_asked(bool has) {
  int times = 0;
  const auto how = options().inject(asked(times, has)).judge(support::anything()).in_process();
  const auto result = explore(nap, how);
  EXPECT_EQ(result.error, "");
  EXPECT_GT(result.trials, 0u);
  return times;
}

TEST(Requests, AreAskedForWhereAnInjectorHasThem) {
  EXPECT_GT(times_asked(true), 0);
  EXPECT_EQ(times_asked(false), 0);
}

TEST(Requests, AreHadByWhatCancels) {
  EXPECT_TRUE(inject::cancel().has_requests());
  EXPECT_TRUE(inject::stop().has_requests());
  EXPECT_TRUE(inject::destroy().has_requests());
  EXPECT_TRUE(inject::only(inject::cancel(), inject::visit(1)).has_requests());
  EXPECT_FALSE(inject::throwing(1).has_requests());
  EXPECT_FALSE(inject::usual().has_requests());
  EXPECT_FALSE(inject::only(inject::usual(), inject::visit(1)).has_requests());
}

}  // namespace
