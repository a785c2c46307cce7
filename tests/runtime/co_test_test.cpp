// SPDX-License-Identifier: BSL-1.0
#include "cofault/co_test.hpp"

#include <gtest/gtest-spi.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

task<int> answer() {
  co_await sleep_for(1h);
  co_return 42;
}
constexpr int line_of_fails = __LINE__;
task<> fails() {
  co_await yield();
  throw std::runtime_error("no route");
}

// ---- they are tests like others

CO_TEST(CoTest, RunsACoroutine) {
  CO_ASSERT_EQ(co_await answer(), 42);
  CO_ASSERT_EQ(cofault::virtual_clock::now(), std::chrono::nanoseconds(1h).count());
}

class CoFixture : public testing::Test {
 protected:
  void SetUp() override { number_ = 6; }
  int number_ = 0;
};
CO_TEST_F(CoFixture, HasItsFixture) {
  co_await yield();
  CO_ASSERT_EQ(number_, 6);
}
TEST_F(CoFixture, BesideOrdinaryTests) { EXPECT_EQ(number_, 6); }

class CoParameters : public testing::TestWithParam<int> {};
CO_TEST_P(CoParameters, HasItsParameter) {
  co_await sleep_for(std::chrono::seconds(GetParam()));
  CO_ASSERT_EQ(cofault::virtual_clock::now(), GetParam() * 1'000'000'000LL);
}
INSTANTIATE_TEST_SUITE_P(Some, CoParameters, testing::Values(0, 1, 3600));

// ---- assertions

CO_TEST(CoAsserts, Hold) {
  CO_ASSERT_TRUE(co_await answer() == 42);
  CO_ASSERT_FALSE(false) << "text";
  CO_ASSERT_EQ(1, 1);
  CO_ASSERT_NE(1, 2);
  CO_ASSERT_LT(1, 2);
  CO_ASSERT_LE(1, 1);
  CO_ASSERT_GT(2, 1);
  CO_ASSERT_GE(2, 2);
  CO_ASSERT_STREQ("a", "a");
  CO_ASSERT_STRNE("a", "b");
  CO_ASSERT_STRCASEEQ("a", "A");
  CO_ASSERT_STRCASENE("a", "B");
  CO_ASSERT_FLOAT_EQ(1.0f, 1.0f);
  CO_ASSERT_DOUBLE_EQ(1.0, 1.0);
  CO_ASSERT_NEAR(1.0, 1.5, 0.5);
  CO_ASSERT_THROW(co_await fails(), std::runtime_error);
  CO_ASSERT_ANY_THROW(co_await fails());
  CO_ASSERT_NO_THROW(co_await answer());
  CO_ASSERT_NO_FATAL_FAILURE(co_await yield());
  CO_ASSERT_THAT(co_await answer(), testing::Gt(41));
  CO_ASSERT_PRED1([](int n) { return n > 0; }, 1);
  CO_ASSERT_PRED2([](int a, int b) { return a < b; }, 1, 2);
  CO_ASSERT_PRED3([](int a, int b, int c) { return a < b && b < c; }, 1, 2, 3);
}

struct results {
  std::vector<std::string> messages;
  int fatal = 0, skipped = 0;
};

// What GoogleTest would have been told by a test with that body.
results results_of(const std::function<task<>()>& body) {
  results out;
  testing::TestPartResultArray parts;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &parts);
    cofault::runtime::detail::run_co_test(body, __FILE__, 1);
  }
  for (int i = 0; i < parts.size(); ++i) {
    const testing::TestPartResult& part = parts.GetTestPartResult(i);
    const std::string file = part.file_name() == nullptr ? "" : part.file_name();
    out.messages.push_back(file.substr(file.rfind('/') + 1) + ":" +
                           std::to_string(part.line_number()) + " " + part.message());
    out.fatal += part.fatally_failed();
    out.skipped += part.skipped();
  }
  return out;
}

template <class Assertion>
results failing(Assertion assertion, bool& went_on) {
  return results_of([&] { return assertion(went_on); });
}

TEST(CoAsserts, EndTheCoroutineWhenTheyFail) {
  const auto fails_fatally = [](auto assertion, const char* text) {
    bool went_on = false;
    const results r = failing(assertion, went_on);
    EXPECT_EQ(r.fatal, 1) << text;
    EXPECT_FALSE(went_on) << text;
    ASSERT_EQ(r.messages.size(), 1u) << text;
    EXPECT_THAT(r.messages[0], HasSubstr(text));
  };
#define FAILS(assertion, text)      \
  fails_fatally(                    \
      [](bool& went_on) -> task<> { \
        assertion;                  \
        went_on = true;             \
        co_return;                  \
      },                            \
      text)
  FAILS(CO_ASSERT_TRUE(co_await answer() == 1), "co_await answer() == 1");
  FAILS(CO_ASSERT_FALSE(true) << "with words", "with words");
  FAILS(CO_ASSERT_EQ(co_await answer(), 1), "Which is: 42");
  FAILS(CO_ASSERT_NE(1, 1), "(1) != (1)");
  FAILS(CO_ASSERT_LT(1, 1), "(1) < (1)");
  FAILS(CO_ASSERT_LE(2, 1), "(2) <= (1)");
  FAILS(CO_ASSERT_GT(1, 1), "(1) > (1)");
  FAILS(CO_ASSERT_GE(1, 2), "(1) >= (2)");
  FAILS(CO_ASSERT_STREQ("a", "b"), "\"a\"");
  FAILS(CO_ASSERT_STRNE("a", "a"), "\"a\"");
  FAILS(CO_ASSERT_STRCASEEQ("a", "b"), "\"a\"");
  FAILS(CO_ASSERT_STRCASENE("a", "A"), "\"a\"");
  FAILS(CO_ASSERT_FLOAT_EQ(1.0f, 2.0f), "1.0f");
  FAILS(CO_ASSERT_DOUBLE_EQ(1.0, 2.0), "1.0");
  FAILS(CO_ASSERT_NEAR(1.0, 2.0, 0.5), "exceeds");
  FAILS(CO_ASSERT_THROW(co_await fails(), std::logic_error), "no route");
  FAILS(CO_ASSERT_THROW(co_await yield(), std::logic_error), "throws nothing");
  FAILS(CO_ASSERT_ANY_THROW(co_await yield()), "it doesn't");
  FAILS(CO_ASSERT_NO_THROW(co_await fails()), "no route");
  FAILS(CO_ASSERT_THAT(co_await answer(), testing::Lt(5)), "is < 5");
  FAILS(CO_ASSERT_PRED1([](int n) { return n > 0; }, -1), "evaluates to false");
  FAILS(CO_FAIL() << "enough", "enough");
#undef FAILS
}

TEST(CoAsserts, SkippedIsNotFailed) {
  const results r = results_of([]() -> task<> {
    CO_SKIP() << "not today";
    co_await fails();
  });
  EXPECT_EQ(r.skipped, 1);
  EXPECT_THAT(r.messages, ElementsAre(HasSubstr("not today")));
}

// ---- what fails a test

task<> dials() { co_await fails(); }
task<> connects() { co_await dials(); }

TEST(CoTestFails, WithTheChainOfAnExceptionThatLeavesTheBody) {
  const int here = __LINE__;
  const results r = results_of([]() -> task<> { co_await connects(); });
  ASSERT_EQ(r.messages.size(), 1u);
  const auto line = [&](int offset) { return "co_test_test.cpp:" + std::to_string(offset); };
  EXPECT_THAT(r.messages[0],
              HasSubstr("co_test_test.cpp:1 Failed\ncofault: the test's coroutine ended by "
                        "std::runtime_error: no route\n"
                        "  thrown at " +
                        line(line_of_fails + 3) +
                        "\n"
                        "  left fails() at " +
                        line(line_of_fails + 2) +
                        "\n"
                        "  awaited by dials() at " +
                        line(here - 4) +
                        "\n"
                        "  awaited by connects() at " +
                        line(here - 3) +
                        "\n"
                        "  awaited by lambda() at " +
                        line(here + 1) + "\n"));
}

TEST(CoTestFails, WithTheChainAcrossTasks) {
  const int here = __LINE__;
  const results r = results_of([]() -> task<> {
    const handle<> h = spawn(connects());
    co_await yield();
    co_await h;
  });
  const auto line = [&](int n) { return "co_test_test.cpp:" + std::to_string(here + n) + "\n"; };
  ASSERT_EQ(r.messages.size(), 1u);
  EXPECT_THAT(r.messages[0], HasSubstr("left fails() at"));
  EXPECT_THAT(r.messages[0], HasSubstr("  awaited by connects() at"));
  EXPECT_THAT(r.messages[0],
              HasSubstr("  spawned at " + line(2) + "  awaited by lambda() at " + line(4)));
}

TEST(CoTestFails, AndTellsNoStoryOfAnotherException) {
  const results r = results_of([]() -> task<> {
    for (int i = 0; i < 3; ++i) {
      try {
        co_await connects();
      } catch (const std::runtime_error&) {
      }
    }
    throw std::runtime_error("of its own");
  });
  ASSERT_EQ(r.messages.size(), 1u);
  EXPECT_THAT(r.messages[0], AllOf(HasSubstr("of its own"), Not(HasSubstr("fails()"))));
}

TEST(CoTestFails, AtOnceWhenItHangs) {
  const results r = results_of([]() -> task<> {
    event never;
    co_await never.wait();
  });
  ASSERT_EQ(r.messages.size(), 1u);
  EXPECT_THAT(r.messages[0], HasSubstr("nothing is runnable and no timer is left"));
  EXPECT_THAT(r.messages[0], HasSubstr("lambda() waits for an event at co_test_test.cpp:" +
                                       std::to_string(__LINE__ - 5)));
}

TEST(CoTestFails, ForWhatIsLeftBehind) {
  const int here = __LINE__;
  const results r = results_of([]() -> task<> {
    spawn(answer());
    spawn(fails());
    static_cast<void>(answer());
    co_await yield();
  });
  const auto line = [&](int n) { return "co_test_test.cpp:" + std::to_string(here + n) + " "; };
  EXPECT_THAT(r.messages, testing::UnorderedElementsAre(
                              AllOf(HasSubstr(line(2)), HasSubstr("still pending")),
                              AllOf(HasSubstr(line(3)), HasSubstr("never retrieved")),
                              AllOf(HasSubstr(line(4)), HasSubstr("never awaited"))));
}

TEST(CoTestFails, NotForWhatACancelledOrFailedBodyLeft) {
  const results r = results_of([]() -> task<> {
    spawn(answer());
    CO_ASSERT_TRUE(false);
    co_await yield();
  });
  EXPECT_EQ(r.messages.size(), 1u);
}

TEST(CoTestFails, WhenItEndsByACancellation) {
  const results r = results_of([]() -> task<> {
    const handle<int> h = spawn(answer());
    h.cancel();
    co_await h;
  });
  ASSERT_EQ(r.messages.size(), 1u);
  EXPECT_THAT(r.messages[0], HasSubstr("ended by cofault::runtime::cancelled"));
}

TEST(CoTestFails, NotWithoutReason) {
  EXPECT_THAT(results_of([]() -> task<> { co_await answer(); }).messages, IsEmpty());
}

}  // namespace
