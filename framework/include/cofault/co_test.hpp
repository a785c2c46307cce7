// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gmock/gmock-more-matchers.h>
#include <gtest/gtest.h>

#include <functional>

#include "cofault/runtime.hpp"

// Tests whose body is a coroutine, run on a fake scheduler in virtual time:
//
//   CO_TEST(Pool, Acquires) {
//     pool p(1);
//     CO_ASSERT_EQ(co_await p.acquire(), 1);
//   }
//
// An exception that leaves the body fails the test with its story: where it was thrown, and who
// awaited whom. A body that can make no progress fails at once, with the list of who waits where.
// What the body leaves behind fails the test, too: a task whose exception nobody retrieved, a task
// that is still pending, a coroutine that was never awaited, each with the line that made it; not
// if the body was skipped or failed before.
//
// The body is a coroutine, so it needs a co_await or a co_return somewhere. ASSERT_* cannot be used
// in it, since they return: here is CO_ASSERT_* for each, also for other coroutines of type
// runtime::task<>, where they end that coroutine.

#define CO_TEST(suite, name) COFAULT_CO_TEST(suite, name, ::testing::Test)
#define CO_TEST_F(fixture, name) COFAULT_CO_TEST(fixture, name, fixture)

#define COFAULT_CO_TEST(suite, name, fixture)                                            \
  COFAULT_CO_TEST_CLASS(suite, name, fixture);                                           \
  [[maybe_unused]] static const ::testing::TestInfo* const suite##_##name##_CoTestInfo = \
      ::testing::RegisterTest(#suite, #name, nullptr, nullptr, __FILE__, __LINE__,       \
                              []() -> fixture* { return new suite##_##name##_CoTest; }); \
  ::cofault::runtime::task<> suite##_##name##_CoTest::CoBody()

// GoogleTest has no public way to register a parameterised test.
#define CO_TEST_P(suite, name)                                                                   \
  COFAULT_CO_TEST_CLASS(suite, name, suite);                                                     \
  [[maybe_unused]] static const bool suite##_##name##_CoTestAdded =                              \
      (::testing::UnitTest::GetInstance()                                                        \
           ->parameterized_test_registry()                                                       \
           .GetTestSuitePatternHolder<suite>(                                                    \
               #suite, ::testing::internal::CodeLocation(__FILE__, __LINE__))                    \
           ->AddTestPattern(#suite, #name,                                                       \
                            new ::testing::internal::TestMetaFactory<suite##_##name##_CoTest>(), \
                            ::testing::internal::CodeLocation(__FILE__, __LINE__)),              \
       true);                                                                                    \
  ::cofault::runtime::task<> suite##_##name##_CoTest::CoBody()

#define COFAULT_CO_TEST_CLASS(suite, name, fixture)                                             \
  class suite##_##name##_CoTest : public fixture {                                              \
   public:                                                                                      \
    void TestBody() override {                                                                  \
      ::cofault::runtime::detail::run_co_test([this] { return CoBody(); }, __FILE__, __LINE__); \
    }                                                                                           \
                                                                                                \
   private:                                                                                     \
    ::cofault::runtime::task<> CoBody();                                                        \
  }

namespace cofault::runtime::detail {

// Runs the body of a coroutine test, and makes GoogleTest's failures of what goes wrong.
void run_co_test(const std::function<task<>()>& body, const char* file, int line);

// An assertion, or CO_SKIP, ends a coroutine of the test.
void ends_early() noexcept;

}  // namespace cofault::runtime::detail

// ---- assertions that end the coroutine

#define COFAULT_CO_FATAL(message) COFAULT_CO_END(message, kFatalFailure)
#define COFAULT_CO_END(message, result)               \
  co_return ::cofault::runtime::detail::ends_early(), \
      GTEST_MESSAGE_(message, ::testing::TestPartResult::result)

// Ends the test's coroutine; the test counts as skipped.
#define CO_SKIP() COFAULT_CO_END("", kSkip)
// Fails and ends the coroutine.
#define CO_FAIL() COFAULT_CO_FATAL("Failed")

#define CO_ASSERT_TRUE(condition) \
  GTEST_TEST_BOOLEAN_(condition, #condition, false, true, COFAULT_CO_FATAL)
#define CO_ASSERT_FALSE(condition) \
  GTEST_TEST_BOOLEAN_(!(condition), #condition, true, false, COFAULT_CO_FATAL)

#define CO_ASSERT_PRED_FORMAT1(format, v1) GTEST_PRED_FORMAT1_(format, v1, COFAULT_CO_FATAL)
#define CO_ASSERT_PRED_FORMAT2(format, v1, v2) GTEST_PRED_FORMAT2_(format, v1, v2, COFAULT_CO_FATAL)
#define CO_ASSERT_PRED_FORMAT3(format, v1, v2, v3) \
  GTEST_PRED_FORMAT3_(format, v1, v2, v3, COFAULT_CO_FATAL)
#define CO_ASSERT_PRED1(predicate, v1) GTEST_PRED1_(predicate, v1, COFAULT_CO_FATAL)
#define CO_ASSERT_PRED2(predicate, v1, v2) GTEST_PRED2_(predicate, v1, v2, COFAULT_CO_FATAL)
#define CO_ASSERT_PRED3(predicate, v1, v2, v3) GTEST_PRED3_(predicate, v1, v2, v3, COFAULT_CO_FATAL)

#define CO_ASSERT_EQ(a, b) CO_ASSERT_PRED_FORMAT2(::testing::internal::EqHelper::Compare, a, b)
#define CO_ASSERT_NE(a, b) CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperNE, a, b)
#define CO_ASSERT_LT(a, b) CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperLT, a, b)
#define CO_ASSERT_LE(a, b) CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperLE, a, b)
#define CO_ASSERT_GT(a, b) CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperGT, a, b)
#define CO_ASSERT_GE(a, b) CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperGE, a, b)

#define CO_ASSERT_STREQ(a, b) CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperSTREQ, a, b)
#define CO_ASSERT_STRNE(a, b) CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperSTRNE, a, b)
#define CO_ASSERT_STRCASEEQ(a, b) \
  CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperSTRCASEEQ, a, b)
#define CO_ASSERT_STRCASENE(a, b) \
  CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperSTRCASENE, a, b)

#define CO_ASSERT_FLOAT_EQ(a, b) \
  CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperFloatingPointEQ<float>, a, b)
#define CO_ASSERT_DOUBLE_EQ(a, b) \
  CO_ASSERT_PRED_FORMAT2(::testing::internal::CmpHelperFloatingPointEQ<double>, a, b)
#define CO_ASSERT_NEAR(a, b, error) \
  CO_ASSERT_PRED_FORMAT3(::testing::internal::DoubleNearPredFormat, a, b, error)

#define CO_ASSERT_THROW(statement, exception) \
  GTEST_TEST_THROW_(statement, exception, COFAULT_CO_FATAL)
#define CO_ASSERT_ANY_THROW(statement) GTEST_TEST_ANY_THROW_(statement, COFAULT_CO_FATAL)
#define CO_ASSERT_NO_THROW(statement) GTEST_TEST_NO_THROW_(statement, COFAULT_CO_FATAL)
#define CO_ASSERT_NO_FATAL_FAILURE(statement) \
  GTEST_TEST_NO_FATAL_FAILURE_(statement, COFAULT_CO_FATAL)

#define CO_ASSERT_THAT(value, matcher) \
  CO_ASSERT_PRED_FORMAT1(::testing::internal::MakePredicateFormatterFromMatcher(matcher), value)
