// SPDX-License-Identifier: BSL-1.0
// What docs/deliberate.md shows.
#include <cofault/gmock.hpp>
#include <cofault/observe.hpp>
#include <cofault/runtime.hpp>
#include <exception>
#include <string>

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::runtime::task;
using cofault::runtime::yield;
using testing::Not;

// ---- the source says so

task<> touch() { co_await yield(); }

task<> warm_up() {
  try {
    co_await touch();
  } catch (const std::exception&) {  // cofault: deliberate
  }
}

task<> warm_up_silently() {
  try {
    co_await touch();
  } catch (const std::exception&) {
  }
}

TEST(Deliberate, TheSourceSaysSo) {
  EXPECT_THAT(cofault::explore(warm_up), cofault::SurvivesEveryFault());
  EXPECT_THAT(cofault::explore(warm_up_silently), Not(cofault::SurvivesEveryFault()));
}

// ---- the test says so: by place, or by exception

TEST(Deliberate, TheTestNamesALine) {
  constexpr unsigned handler = __LINE__ - 12;
  const auto how = cofault::options().deliberate("deliberate_test.cpp", handler);
  EXPECT_THAT(cofault::explore(warm_up_silently, how), cofault::SurvivesEveryFault());
}

TEST(Deliberate, TheTestNamesAnException) {
  const auto how = cofault::options().deliberate<cofault::injected_error>(
      [](const auto& e) { return std::string(e.what()).ends_with("failed"); });
  EXPECT_THAT(cofault::explore(warm_up_silently, how), cofault::SurvivesEveryFault());
}

// ---- the program says what it does with errors

struct metrics {
  int errors = 0;
  void count() {
    ++errors;
    cofault::reported();  // in the test's fake of it
  }
};

task<> counted(metrics& m) {
  try {
    co_await touch();
  } catch (const std::exception&) {
    m.count();
  }
}

TEST(Deliberate, ASinkGotIt) {
  const auto body = []() -> task<> {
    metrics m;
    co_await counted(m);
  };
  EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault());
}

// ---- what came of it is the same

task<int> read_through() {
  try {
    co_await touch();
  } catch (const std::exception&) {
  }
  co_await yield();  // reads from the disk
  co_return 42;
}

TEST(Deliberate, TheResultIsAsGood) {
  const auto body = []() -> task<> {
    const int answer = co_await read_through();
    cofault::observe(answer);
  };
  EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault());
}

}  // namespace
