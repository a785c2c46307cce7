// SPDX-License-Identifier: BSL-1.0
// S7 and S8: what the boundary tells of what was left behind, and debug mode.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <source_location>
#include <stdexcept>
#include <string>
#include <vector>

#include "cofault/detail/source_text.hpp"
#include "cofault/runtime.hpp"

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using kind = leftover::kind;

task<> fails() {
  co_await yield();
  throw std::runtime_error("no route");
}
task<> sleeps() { co_await sleep_for(1h); }
task<> step() { co_await yield(); }

struct told {
  std::vector<kind> kinds;
  std::string texts;
  std::vector<std::string> lines;  // the source lines of the creation sites
};

told of(const std::vector<leftover>& what) {
  told out;
  for (const leftover& l : what) {
    out.kinds.push_back(l.what);
    out.texts += l.text + "\n";
    out.lines.push_back(cofault::detail::source_line(l.file, l.line).value_or("?"));
  }
  return out;
}

told report_of(task<> root, bool debug = false) {
  told out;
  run_options how;
  how.debug = debug;
  how.report = [&](const std::vector<leftover>& what) { out = of(what); };
  run(std::move(root), how);
  return out;
}

told failure_of(task<> root) {
  try {
    report_of(std::move(root), true);
  } catch (const left_behind& e) {
    told out = of(e.what_was_left());
    EXPECT_THAT(e.what(), HasSubstr(e.what_was_left()[0].text));
    return out;
  }
  return {};
}

// ---- each pitfall, reported and, in debug mode, a failure

task<> never_retrieved() {
  spawn(fails());  // spawned here
  co_await sleep_for(1s);
}
task<> left_pending() {
  spawn(sleeps());  // spawned here
  co_await step();
}
task<> never_awaited() {
  co_await step();
  static_cast<void>(sleeps());  // made here
}
task<> all_done() {
  const handle<> good = spawn(step());
  const handle<> bad = spawn(fails());
  co_await good;
  const std::vector one{bad};
  co_await wait(one);
  EXPECT_NE(bad.exception(), nullptr);
  spawn(step());  // ends with the root
}

TEST(Boundary, S7ReportsWhatWasLeft) {
  told t = report_of(never_retrieved());
  EXPECT_THAT(t.kinds, ElementsAre(kind::never_retrieved));
  EXPECT_THAT(t.texts,
              HasSubstr("the exception of fails() was never retrieved: std::runtime_error: "
                        "no route; spawned at boundary_test.cpp:"));
  EXPECT_THAT(t.lines, ElementsAre(HasSubstr("spawned here")));

  t = report_of(left_pending());
  EXPECT_THAT(t.kinds, ElementsAre(kind::left_pending));
  EXPECT_THAT(t.texts,
              HasSubstr("sleeps() was still pending when the root completed: sleeps() waits "
                        "for a timer at 3600 s at boundary_test.cpp:"));
  EXPECT_THAT(t.lines, ElementsAre(HasSubstr("spawned here")));

  t = report_of(never_awaited());
  EXPECT_THAT(t.kinds, ElementsAre(kind::never_awaited));
  EXPECT_THAT(t.texts,
              HasSubstr("sleeps() was made and never awaited: it never ran; its function is "
                        "at boundary_test.cpp:"));

  EXPECT_THAT(report_of(all_done()).kinds, IsEmpty());
}

TEST(Boundary, S8DebugModeMakesEachAFailureWithItsCreationSite) {
  told t = failure_of(never_retrieved());
  EXPECT_THAT(t.kinds, ElementsAre(kind::never_retrieved));
  EXPECT_THAT(t.lines, ElementsAre(HasSubstr("spawned here")));
  EXPECT_THAT(t.texts, HasSubstr(", thrown at boundary_test.cpp:"));

  t = failure_of(left_pending());
  EXPECT_THAT(t.kinds, ElementsAre(kind::left_pending));
  EXPECT_THAT(t.lines, ElementsAre(HasSubstr("spawned here")));

  t = failure_of(never_awaited());
  EXPECT_THAT(t.kinds, ElementsAre(kind::never_awaited));
  EXPECT_THAT(t.lines, ElementsAre(HasSubstr("made here")));

  EXPECT_THAT(failure_of(all_done()).kinds, IsEmpty());
}

TEST(Boundary, AllOfThemAtOnce) {
  const auto root = []() -> task<> {
    spawn(sleeps());
    spawn(fails());
    static_cast<void>(step());
    co_await sleep_for(1s);
  };
  EXPECT_THAT(failure_of(root()).kinds,
              testing::UnorderedElementsAre(kind::left_pending, kind::never_retrieved,
                                            kind::never_awaited));
}

TEST(Boundary, TheRootsOwnExceptionComesFirst) {
  const auto root = []() -> task<> {
    spawn(sleeps());
    co_await fails();
  };
  told t;
  run_options how;
  how.debug = true;
  how.report = [&](const std::vector<leftover>& what) { t = of(what); };
  EXPECT_THROW(run(root(), how), std::runtime_error);
  EXPECT_THAT(t.kinds, ElementsAre(kind::left_pending));
}

TEST(Boundary, CancelsWhatIsPendingAndHearsItsLastWords) {
  bool cleaned = false;
  const auto root = [](bool& c) -> task<> {
    spawn([](bool& set) -> task<> {
      try {
        co_await sleep_for(1h);
      } catch (const cancelled&) {
        set = true;
      }
      co_await sleep_for(1s);
      throw std::runtime_error("clean-up");
    }(c));
    co_await yield();
  };
  const told t = report_of(root(cleaned));
  EXPECT_TRUE(cleaned);
  EXPECT_THAT(t.kinds, ElementsAre(kind::left_pending, kind::never_retrieved));
}

TEST(Boundary, AHandleThatOutlivesItIsToldOnce) {
  std::vector<handle<>> kept;
  const auto root = [](std::vector<handle<>>& k) -> task<> {
    k.push_back(spawn(fails()));
    co_await sleep_for(1s);
  };
  EXPECT_THAT(report_of(root(kept)).kinds, ElementsAre(kind::never_retrieved));
  EXPECT_THROW(kept[0].result(), std::runtime_error);
}

TEST(Boundary, WhatAnExceptionPreventedIsNobodysMistake) {
  const auto root = []() -> task<> {
    try {
      const task<> later = step();
      co_await fails();
    } catch (const std::runtime_error&) {
    }
    const handle<> never_started = spawn(step());
    never_started.cancel();
  };
  EXPECT_THAT(report_of(root()).kinds, IsEmpty());
}

TEST(Boundary, PrintsToStderrByDefault) {
  testing::internal::CaptureStderr();
  run_options how;
  how.debug = false;
  run(left_pending(), how);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("cofault: sleeps() was still pending"));
}

}  // namespace
