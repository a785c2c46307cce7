// SPDX-License-Identifier: BSL-1.0
// The rows of docs/fates.md about what a report says: terminated and undecided.
#pragma once

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#include "cofault/instrument.hpp"
#include "fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

template <class World>
class Terminated : public testing::Test {};
TYPED_TEST_SUITE_P(Terminated);

// ---- terminated

[[gnu::noinline]] inline void refuse() {
  throw std::logic_error("refused");  // refused here
}
inline void must_not_fail() noexcept { refuse(); }
inline void cannot_fail() noexcept {
  try {
    refuse();
  } catch (const std::logic_error&) {
  }
}

template <bool Fails, class World>
task_in<World> handles_by_a_noexcept_function(World w) {
  try {
    co_await w.step();
  } catch (const std::exception&) {
    Fails ? must_not_fail() : cannot_fail();
    throw;
  }
}

struct rolls_back {
  bool fails, done = false;
  ~rolls_back() {
    if (!done) fails ? refuse() : cannot_fail();
  }
};

template <bool Fails, class World>
task_in<World> rolls_back_in_a_destructor(World w) {
  rolls_back guard{Fails};
  co_await w.step();
  guard.done = true;
}

// Without any fault, too.
template <bool Fails, class World>
task_in<World> ends_in_a_destructor(World w) {
  co_await w.step();
  const rolls_back guard{Fails};
}

// What a promise or a completion handler does that may not throw.
inline void passes_on(const std::exception_ptr& error) noexcept { std::rethrow_exception(error); }

template <bool Fails, class World>
task_in<World> passes_on_in_a_noexcept_handler(World w) {
  std::exception_ptr error;
  try {
    co_await w.step();
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  if (Fails) passes_on(error);
  std::rethrow_exception(error);
}

template <class World>
task_in<World> aborts(World w) {
  try {
    co_await w.step();
  } catch (...) {
    std::abort();
  }
}

inline const cofault::finding& only_finding(const cofault::exploration& what) {
  static const cofault::finding none;
  EXPECT_EQ(what.findings.size(), 1u) << describe(what);
  return what.findings.size() == 1 ? what.findings[0] : none;
}

inline testing::Matcher<std::string> line_in_report([[maybe_unused]] const std::string& comment) {
#ifdef __OPTIMIZE__
  return testing::_;
#else
  return testing::HasSubstr(comment + "\n");
#endif
}

template <class Task, class World>
cofault::finding death_of(Task (*program)(World)) {
  const cofault::exploration result = explore(program);
  const cofault::finding out = only_finding(result);
  EXPECT_EQ(out.property, "no exception ends in std::terminate") << describe(result);
  EXPECT_THAT(out.report, testing::Not(testing::HasSubstr("signal"))) << out.report;
  return out;
}

template <class Task, class World>
void expect_clean(Task (*program)(World)) {
  const cofault::exploration result = explore(program);
  EXPECT_TRUE(result.clean()) << describe(result);
}

TYPED_TEST_P(Terminated, ByANoexceptFunction) {
  const cofault::finding f = death_of(handles_by_a_noexcept_function<true, TypeParam>);
  EXPECT_THAT(f.explanation,
              testing::StartsWith("std::terminate was called for std::logic_error while "
                                  "handles_by_a_noexcept_function() was running"));
  EXPECT_THAT(f.report, testing::HasSubstr("std::logic_error, thrown in "
                                           "handles_by_a_noexcept_function() at "));
  EXPECT_THAT(f.report, line_in_report("// refused here"));
  expect_clean(handles_by_a_noexcept_function<false, TypeParam>);
}

TYPED_TEST_P(Terminated, ByADestructorWhileAnotherIsInFlight) {
  const cofault::finding f = death_of(rolls_back_in_a_destructor<true, TypeParam>);
  EXPECT_THAT(f.explanation,
              testing::StartsWith("std::terminate was called for std::logic_error while "
                                  "rolls_back_in_a_destructor() was running"));
  EXPECT_THAT(f.report, line_in_report("// refused here"));
  expect_clean(rolls_back_in_a_destructor<false, TypeParam>);
}

TYPED_TEST_P(Terminated, WithoutAnyFault) {
  const cofault::finding f = death_of(ends_in_a_destructor<true, TypeParam>);
  EXPECT_TRUE(f.smallest.empty());
  EXPECT_THAT(f.report, line_in_report("// refused here"));
  expect_clean(ends_in_a_destructor<false, TypeParam>);
}

TYPED_TEST_P(Terminated, WherePassingItOnMustNotFail) {
  const cofault::finding f = death_of(passes_on_in_a_noexcept_handler<true, TypeParam>);
  EXPECT_THAT(f.explanation, testing::HasSubstr(" while passes_on_in_a_noexcept_handler() was"));
  EXPECT_THAT(f.report, testing::HasSubstr(", thrown by the fault\n"));
  expect_clean(passes_on_in_a_noexcept_handler<false, TypeParam>);
}

TYPED_TEST_P(Terminated, AbortIsNoTerminate) {
  EXPECT_EQ(only_finding(explore(aborts<TypeParam>)).property, "the process survives");
}

// ---- undecided

TYPED_TEST_P(Terminated, UndecidedWithoutDebugInformation) {
  const auto unnamed = explore(TypeParam::swallows_without_debug_information);
  EXPECT_TRUE(unnamed.findings.empty()) << describe(unnamed);
  EXPECT_THAT(
      unnamed.notes,
      testing::Contains(testing::AllOf(
          testing::StartsWith("undecided: a handler in swallows_without_debug_information() "
                              "ended an exception, but "),
          testing::HasSubstr("build with -g to name it"))))
      << describe(unnamed);
  const auto surfaces = explore(TypeParam::surfaces_without_debug_information);
  EXPECT_TRUE(surfaces.clean() && surfaces.notes.empty()) << describe(surfaces);
}

REGISTER_TYPED_TEST_SUITE_P(Terminated, ByANoexceptFunction, ByADestructorWhileAnotherIsInFlight,
                            WithoutAnyFault, WherePassingItOnMustNotFail, AbortIsNoTerminate,
                            UndecidedWithoutDebugInformation);

}  // namespace support
