// SPDX-License-Identifier: BSL-1.0
#include "cofault/gtest.hpp"

#include <gtest/gtest-spi.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cofault/detail/root.hpp"

namespace cofault {
namespace {

// Takes GoogleTest's results of this thread for as long as a run lasts.
class assertion_collector : public detail::run_listener {
 public:
  void run_started() override {
    results_.emplace();
    reporter_.emplace(testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD,
                      &*results_);
  }

  void run_ended() override {
    reporter_.reset();
    for (int i = 0; i < results_->size(); ++i) {
      const testing::TestPartResult& part = results_->GetTestPartResult(i);
      if (!part.failed()) continue;
      const char* file = part.file_name() == nullptr ? "unknown file" : part.file_name();
      detail::assertion_failed(std::string(file) + ":" + std::to_string(part.line_number()) +
                               ": Failure\n" + part.message());
    }
    results_.reset();
  }

  // For whoever reads GoogleTest's XML: sums over the explorations of a test.
  void explored(const exploration& what) override {
    if (test_name().empty()) return;
    if (counted_ != test_name()) counted_ = test_name(), points_ = trials_ = findings_ = 0;
    points_ += what.points;
    trials_ += what.trials;
    findings_ += what.findings.size();
    testing::Test::RecordProperty("cofault_await_points", std::to_string(points_));
    testing::Test::RecordProperty("cofault_trials", std::to_string(trials_));
    testing::Test::RecordProperty("cofault_findings", std::to_string(findings_));
  }

  std::string test_name() override {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    return test == nullptr ? "" : std::string(test->test_suite_name()) + "." + test->name();
  }

 private:
  std::string counted_;  // the test that the sums are of
  std::uint64_t points_ = 0, trials_ = 0, findings_ = 0;
  std::optional<testing::TestPartResultArray> results_;
  std::optional<testing::ScopedFakeTestPartResultReporter> reporter_;
};

struct test_watcher : testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo&) override { detail::test_begins(); }
};

}  // namespace

bool detail::use_googletest() {
  // Never destroyed: the code under test may call exit() in the middle of a run.
  static auto* const collector = new assertion_collector;
  set_run_listener(collector);
  testing::UnitTest::GetInstance()->listeners().Append(new test_watcher);  // which owns it
  return true;
}

void PrintTo(const exploration& what, std::ostream* out) { *out << '\n' << describe(what); }

}  // namespace cofault
