// SPDX-License-Identifier: BSL-1.0
// Whatever is wrong with a call is said in one sentence: nothing passes by mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <cstdlib>
#include <string>
#include <thread>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/inject/error.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using support::task;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr unsigned first_await = __LINE__ + 2;
task<> two_steps(scheduler& s) {
  co_await s.yield();
  co_await s.yield();
}

exploration explore_two_steps(const options& how = options()) { return explore(two_steps, how); }

std::string error_of(const options& how) { return explore_two_steps(how).error; }

class Environment : public testing::Test {
 protected:
  ~Environment() override {
    ::unsetenv("COFAULT_REPLAY");
    ::unsetenv("COFAULT_SOURCE_ROOT");
  }
  static void replay(const char* text) { ::setenv("COFAULT_REPLAY", text, 1); }
};

TEST(BadInput, SelectorThatMatchesNothing) {
  const auto how = options().inject(inject::only(inject::usual(), inject::in("three_steps")));
  EXPECT_THAT(error_of(how), AllOf(HasSubstr("'in three_steps()'"),
                                   HasSubstr("bad_input_test.cpp:" + std::to_string(first_await)),
                                   HasSubstr("two_steps()")));
  EXPECT_TRUE(
      explore_two_steps(options().inject(inject::only(inject::usual(), inject::in("two_steps"))))
          .clean());
}

TEST(BadInput, OneIdleSelectorAmongOthers) {
  const auto how = options().inject(inject::usual(),
                                    inject::only(inject::usual(), inject::operation("async_red")));
  EXPECT_THAT(error_of(how), HasSubstr("'of operation async_red'"));
}

TEST(BadInput, FaultsThatNoPointCanTake) {
  struct never : injector {
    void propose(const await_point&, std::uint8_t, std::vector<fault>&) const override {}
    std::string describe() const override { return "nothing"; }
  };
  EXPECT_THAT(error_of(options().inject(never())),
              AllOf(HasSubstr("none of the 2 reached"), HasSubstr("two_steps()")));
}

// Proposes one fault everywhere.
struct always : injector {
  explicit always(fault f) : what(f) {}
  void propose(const await_point&, std::uint8_t, std::vector<fault>& out) const override {
    out.push_back(what);
  }
  std::string describe() const override { return "one fault"; }
  fault what;
};

TEST(BadInput, FaultsThatDoNotFit) {
  EXPECT_THAT(error_of(options().inject(always({fault_kind::code, 0}))),
              AllOf(HasSubstr("code:failed"), HasSubstr("error code")));
  EXPECT_THAT(error_of(options().inject(always({fault_kind::throw_value, 3}))),
              AllOf(HasSubstr("throw#4"), HasSubstr("no. 4")));
  EXPECT_THAT(error_of(options().inject(always({fault_kind::throw_value, 0}))),
              HasSubstr("throws nothing"));
  EXPECT_THAT(error_of(options().inject(always({fault_kind::throw_error, 77}))),
              HasSubstr("no. 77"));
}

TEST(BadInput, NoFaultsAndNothingToJudge) {
  EXPECT_THAT(error_of(options().inject()), HasSubstr("no faults to inject"));
  EXPECT_THAT(error_of(options().judge()), HasSubstr("nothing to judge"));
}

TEST(BadInput, BudgetsOfZero) {
  EXPECT_THAT(error_of(options().trials(0)), HasSubstr("0 trials"));
  EXPECT_THAT(error_of(options().visits(0)), HasSubstr("0 visits"));
  EXPECT_THAT(error_of(options().arrivals(0)), HasSubstr("0 arrivals"));
  EXPECT_THAT(error_of(options().watchdog(0ms)), HasSubstr("watchdog"));
  EXPECT_THAT(error_of(options().watchdog(-1ms)), HasSubstr("watchdog"));
}

TEST(BadInput, ADefaultRunThatIsCutShort) {
  EXPECT_THAT(error_of(options().arrivals(1)),
              AllOf(HasSubstr("bound of 1 await points"), HasSubstr("options().arrivals()")));
}

TEST(BadInput, NestedExplore) {
  std::string error;
  const auto body = [&](scheduler& s) -> task<> {
    co_await s.yield();
    error = explore_two_steps().error;
  };
  EXPECT_TRUE(explore(body, options().in_process()).clean());
  EXPECT_THAT(error, HasSubstr("cannot be nested"));
}

TEST(BadInput, ExploreInASecondThread) {
  std::string error;
  const auto body = [&](scheduler& s) -> task<> {
    co_await s.yield();
    std::thread([&] { error = explore_two_steps().error; }).join();
  };
  EXPECT_TRUE(explore(body, options().in_process()).clean());
  EXPECT_THAT(error, HasSubstr("another thread is exploring"));
  EXPECT_TRUE(explore_two_steps().clean()) << "the lock is free again";
}

struct hop {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> waiting) {
    std::thread([waiting] { waiting.resume(); }).join();
  }
  void await_resume() {}
};

TEST(BadInput, ResumedOnASecondThread) {
  const auto body = [](scheduler&) -> task<> {
    co_await hop();
    co_await std::suspend_always();  // destroyed by the thread that drives the run
  };
  EXPECT_THAT(explore(body).error, HasSubstr("second thread"));
}

constexpr unsigned odd_await = __LINE__ + 4;
task<> moody(scheduler& s, int mood) {
  co_await s.yield();
  if (mood % 2 == 1) {
    co_await s.yield();
  }
  co_await s.yield();
}

TEST(BadInput, NotDeterministic) {
  int mood = 0;
  const auto body = [&](scheduler& s) { return moody(s, ++mood); };
  const auto odd = HasSubstr("bad_input_test.cpp:" + std::to_string(odd_await));
  EXPECT_THAT(explore(body, options().in_process()).error,
              AllOf(HasSubstr("not deterministic"), odd, HasSubstr("a process of its own")));
  mood = 0;
  const auto apart = explore(body);
  EXPECT_THAT(apart.error, IsEmpty());
  EXPECT_THAT(apart.notes, Contains(AllOf(HasSubstr("a process of its own"), odd)));
}

TEST(BadInput, NoAwaitPointInUserCode) {
  EXPECT_THAT(explore([](scheduler&) -> task<> { co_return; }).error,
              HasSubstr("no await point in user code"));
}

TEST(BadInput, NoAwaitPointThatCanFail) {
  const auto body = [](scheduler&) -> task<> { co_await std::suspend_never(); };
  EXPECT_THAT(explore(body).error, AllOf(HasSubstr("can fail"), HasSubstr("bad_input_test.cpp:")));
}

TEST(BadInput, MalformedReplay) {
  EXPECT_THAT(error_of(options().replay("here=throw:eof")), HasSubstr("names no await point"));
  EXPECT_THAT(error_of(options().replay(" ")), HasSubstr("cannot be read"));
  EXPECT_TRUE(explore_two_steps(options().replay("here=throw:eof")).findings.empty());
}

TEST_F(Environment, MalformedReplay) {
  replay("here=throw:eof");
  EXPECT_THAT(error_of(options()), HasSubstr("names no await point"));
}

TEST(BadInput, ReplayThatIsNotReached) {
  const std::string elsewhere = "bad_input_test.cpp:two_steps+5=throw:failed";
  EXPECT_THAT(error_of(options().replay(elsewhere)),
              AllOf(HasSubstr(elsewhere), HasSubstr("was not reached")));
  EXPECT_THAT(error_of(options().replay("bad_input_test.cpp:two_steps+0/1.2=throw:failed")),
              HasSubstr("was not reached"));
}

TEST(BadInput, ReplayOfAMistypedPlaceIsToldTheNearest) {
  const std::string meant = "; did you mean 'bad_input_test.cpp:two_steps+0'? If";
  for (const std::string slip : {"bad_input_test.cpp:two_stpes+0", "bad_input_tset.cpp:two_steps+0",
                                 "bad_input_test.cpp:two_step+0", "bad_input_test.cpp:two_steps+9"})
    EXPECT_THAT(error_of(options().replay(slip + "/1.1=throw:failed")),
                AllOf(HasSubstr(meant), Not(HasSubstr("reached were"))))
        << slip;
  EXPECT_THAT(error_of(options().replay("bad_input_test.cpp:two_steps+=throw:failed")),
              Not(HasSubstr("did you mean")));
}

TEST(BadInput, ReplayOfAPlaceLikeNoneIsToldWhichWereReached) {
  const std::string list =
      "; reached were bad_input_test.cpp:" + std::to_string(first_await) +
      " in two_steps(), bad_input_test.cpp:" + std::to_string(first_await + 1) +
      " in two_steps(). If";
  for (const auto& text :
       {"pool.cpp:app::session+0=throw:failed", "bad_input_test.cpp:two_steps+1/1.2=throw:failed"})
    EXPECT_THAT(error_of(options().replay(text)),
                AllOf(HasSubstr(list), Not(HasSubstr("did you mean"))));
}

TEST(BadInput, ReplayOfWhichOnlyAPartIsReached) {
  const std::string there = "bad_input_test.cpp:two_steps+0=throw:failed",
                    elsewhere = "bad_input_test.cpp:two_steps+5=throw:failed";
  EXPECT_THAT(error_of(options().replay(there + ";" + elsewhere)),
              HasSubstr("was not reached at " + elsewhere));
}

TEST_F(Environment, ReplayThatIsNotReachedNamesTheVariable) {
  replay("bad_input_test.cpp:two_steps+5=throw:failed");
  EXPECT_THAT(error_of(options()), HasSubstr("COFAULT_REPLAY"));
}

TEST_F(Environment, AnEmptyVariableMeansNoReplay) {
  replay("");
  EXPECT_EQ(explore_two_steps().trials, 2u);
}

TEST_F(Environment, TheOptionTakesPrecedence) {
  replay("nonsense");
  EXPECT_THAT(error_of(options().replay("bad_input_test.cpp:two_steps+1=throw:failed")), IsEmpty());
}

TEST_F(Environment, ASourceRootThatIsNone) {
  ::setenv("COFAULT_SOURCE_ROOT", "/no/such/place", 1);
  EXPECT_THAT(error_of(options()), HasSubstr("COFAULT_SOURCE_ROOT is '/no/such/place'"));
  ::setenv("COFAULT_SOURCE_ROOT", "/", 1);
  EXPECT_THAT(error_of(options()), IsEmpty());
}

TEST(BadInput, ReplayOfAFaultThatDoesNotFit) {
  const std::string point = "bad_input_test.cpp:two_steps+1=";
  EXPECT_THAT(error_of(options().replay(point + "throw#9")),
              AllOf(HasSubstr("no. 9"), HasSubstr("2 injectors")));
  EXPECT_THAT(error_of(options().replay(point + "throw#1")), HasSubstr("throws nothing"));
  EXPECT_THAT(error_of(options().replay(point + "code:eof")), HasSubstr("error code"));
  const auto how = options().inject(inject::throwing(1)).judge(support::untouched());
  EXPECT_EQ(explore_two_steps(how.replay(point + "throw#1")).findings.size(), 1u);
}

}  // namespace
