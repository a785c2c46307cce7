// SPDX-License-Identifier: BSL-1.0
#include "cofault/gtest.hpp"

#include <gtest/gtest-spi.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cofault/detail/mocked_call.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/fault_free.hpp"
#include "mock_failures.hpp"

namespace cofault {
namespace {

// Takes GoogleTest's results of this thread for as long as a run lasts.
class assertion_collector : public detail::run_listener {
 public:
  void run_started() override {
    ran_here_ = true;
    // Within a run an assertion that fails is a finding, and no reason to stop.
    breaks_ = GTEST_FLAG_GET(break_on_failure);
    GTEST_FLAG_SET(break_on_failure, false);
    quiet_.emplace();
    results_.emplace();
    reporter_.emplace(testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD,
                      &*results_);
  }

  void run_ended() override {
    reporter_.reset();
    GTEST_FLAG_SET(break_on_failure, breaks_);
    quiet_.reset();
    for (int i = 0; i < results_->size(); ++i) {
      const testing::TestPartResult& part = results_->GetTestPartResult(i);
      if (part.failed() && !(detail::is_unmet(part) && detail::is_cut_off()))
        detail::assertion_failed(detail::text_of(part));
    }
    if (fault_free()) memory_.compare(*results_);
    results_.reset();
  }

  // An exploration of this test ran in other processes only.
  bool explored_elsewhere() const { return explored_ && !ran_here_; }

  // For whoever reads GoogleTest's XML: sums over the explorations of a test.
  void explored(const exploration& what) override {
    if (test_name().empty()) return;
    explored_ = true;
    if (counted_ != test_name()) counted_ = test_name(), points_ = trials_ = findings_ = 0;
    points_ += what.points;
    trials_ += what.trials;
    findings_ += what.findings.size();
    testing::Test::RecordProperty("cofault_await_points", std::to_string(points_));
    testing::Test::RecordProperty("cofault_trials", std::to_string(trials_));
    testing::Test::RecordProperty("cofault_findings", std::to_string(findings_));
  }

  void test_started() { explored_ = ran_here_ = false; }

  std::string test_name() override {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    return test == nullptr ? "" : std::string(test->test_suite_name()) + "." + test->name();
  }

 private:
  detail::mock_memory memory_;
  std::optional<detail::quiet_mocks> quiet_;
  bool breaks_ = false;                       // GoogleTest's flag
  bool ran_here_ = false, explored_ = false;  // in this test
  std::string counted_;                       // the test that the sums are of
  std::uint64_t points_ = 0, trials_ = 0, findings_ = 0;
  std::optional<testing::TestPartResultArray> results_;
  std::optional<testing::ScopedFakeTestPartResultReporter> reporter_;
};

class test_watcher : public testing::EmptyTestEventListener {
 public:
  explicit test_watcher(assertion_collector& collector) : collector_(collector) {}
  void OnTestStart(const testing::TestInfo&) override {
    collector_.test_started();
    detail::test_begins();
  }
  // Behind GoogleTest's own print of it.
  void OnTestPartResult(const testing::TestPartResult& part) override {
    if (detail::is_unmet(part) && collector_.explored_elsewhere())
      std::cout
          << "cofault: the runs of explore() have a process of their own, and what they call is "
             "not seen here; if they use that mock, make it in the body, anew for every run\n";
  }

 private:
  assertion_collector& collector_;
};

}  // namespace

bool detail::use_googletest() {
  // Never destroyed: the code under test may call exit() in the middle of a run.
  static auto* const collector = new assertion_collector;
  set_run_listener(collector);
  testing::UnitTest::GetInstance()->listeners().Append(
      new test_watcher(*collector));  // which owns it
  return true;
}

void PrintTo(const exploration& what, std::ostream* out) { *out << '\n' << describe(what); }

}  // namespace cofault
