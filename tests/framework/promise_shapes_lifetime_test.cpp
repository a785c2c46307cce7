// SPDX-License-Identifier: BSL-1.0
// When coroutines start and end, who awaits whom, and who is never awaited.
#include <cofault/family.hpp>
#include <cofault/site.hpp>
#include <type_traits>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::event;
using cofault::event_kind;
using cofault::scheduler;
using shapes::expect_transparent;
using shapes::lost;
using shapes::nothing;

// Starts when it is called.
struct eager {
  static constexpr bool starts_itself = true;
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    std::suspend_never initial_suspend() noexcept { return {}; }
    void return_void() {}
    void result() { this->rethrow(); }
  };
};
struct eager_start {
  template <template <class> class Task>
  static Task<eager> child(scheduler& s, std::string& log, int number) {
    log += "begin " + std::to_string(number) + ";";
    try {
      co_await s.yield();
    } catch (const lost&) {
      log += "!" + std::to_string(number) + ";";
    }
    log += "end;";
  }
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    auto a = child<Task>(s, log, 1);
    auto b = child<Task>(s, log, 2);
    log += "both;";
    co_await a;
    co_await b;
    try {
      co_await s.sleep_for(std::chrono::seconds(1));
    } catch (const lost&) {
      log += "!3;";
    }
  }
};
TEST(PromiseShapes, EagerStart) {
  EXPECT_EQ(shapes::log_without_cofault<eager_start>(), "begin 1;begin 2;both;end;end;");
  expect_transparent<eager_start>(3);  // those of the children and the last
}

// Never suspends at its end: destroys itself.
template <class Self>
struct basic_detached {
  struct promise_type {
    Self get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void unhandled_exception() { std::terminate(); }
    void return_void() {}
  };
};
struct detached : basic_detached<detached> {};
struct plain_detached : basic_detached<plain_detached> {};

}  // namespace

COFAULT_INSTRUMENT(detached);

namespace {

template <class Detached>
Detached run_alone(scheduler& s, std::string& log) {
  log += "alone;";
  try {
    co_await s.yield();
  } catch (const lost&) {
    log += "!1;";
  }
  log += "gone;";
}
struct self_destroying {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    using kind = std::conditional_t<std::is_same_v<Task<nothing>, shapes::task<nothing>>, detached,
                                    plain_detached>;
    run_alone<kind>(s, log);
    try {
      co_await s.sleep_for(std::chrono::seconds(1));
    } catch (const lost&) {
      log += "!2;";
    }
  }
};
TEST(PromiseShapes, FinalSuspendThatNeverSuspends) { expect_transparent<self_destroying>(2); }

struct chain {
  template <template <class> class Task>
  static Task<nothing> inner(scheduler& s) {
    co_await s.yield();
  }
  template <template <class> class Task>
  static Task<nothing> middle(scheduler& s) {
    co_await inner<Task>(s);
  }
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    auto first = middle<Task>(s);
    auto second = inner<Task>(s);
    try {
      co_await std::move(second);
      log += "second;";
      co_await first;
      log += "first;";
    } catch (const lost&) {
      log += "!" + std::to_string(log.empty() ? 1 : 2) + ";";
    }
  }
};
TEST(PromiseShapes, CreatedFirstAndAwaitedInAnotherOrder) {
  EXPECT_EQ(shapes::log_without_cofault<chain>(), "second;first;");
  expect_transparent<chain>(2);
}

TEST(PromiseShapes, TheTraceTellsWhoAwaitsWhom) {
  std::string log;
  const auto body = [&log](scheduler& s) { return chain::main<shapes::task>(s, log); };
  const auto what = cofault::run(shapes::world_of(body), cofault::plan(), shapes::throwing_lost());
  // In the order of their creation: main 1, middle 2, inner 3, and the inner of middle 4.
  const cofault::family who(what.trace());
  EXPECT_EQ(who.awaiter(1), 0u);
  EXPECT_EQ(who.awaiter(2), 1u);
  EXPECT_EQ(who.awaiter(3), 1u);
  EXPECT_EQ(who.awaiter(4), 2u);
  EXPECT_EQ(who.name(2), "middle()");
  EXPECT_EQ(who.name(3), "inner()");
  EXPECT_EQ(who.name(4), "inner#2()");
  std::vector<std::pair<std::uint32_t, std::uint32_t>> awaits;
  for (const event& e : what.trace())
    if (e.kind == event_kind::arrived) awaits.emplace_back(e.frame, e.other);
  const decltype(awaits) expected{{1, 3}, {3, 0}, {1, 2}, {2, 4}, {4, 0}};
  EXPECT_EQ(awaits, expected);
}

shapes::task<nothing> forgotten(scheduler& s) { co_await s.yield(); }

shapes::task<nothing> forgets(scheduler& s) {
  co_await s.yield();
  static_cast<void>(forgotten(s));
  co_await s.yield();
}
TEST(PromiseShapes, ACoroutineThatIsDroppedIsReported) {
  const auto found = cofault::explore([](scheduler& s) { return forgets(s); }, shapes::judged());
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_EQ(found.findings[0].property, "every coroutine is awaited");
  EXPECT_NE(found.findings[0].explanation.find("forgets() called forgotten()"), std::string::npos)
      << found.findings[0].explanation;
  EXPECT_EQ(found.findings[0].smallest, cofault::plan());
}

// The fault at the first await unwinds past the others, or takes the place of one.
shapes::task<nothing> prevented(scheduler& s) {
  auto early = forgotten(s);
  try {
    co_await s.yield();
    co_await early;
    co_await forgotten(s);
  } catch (const cofault::injected_error&) {
  }
}
TEST(PromiseShapes, ACoroutineWhoseAwaitTheFaultPreventedIsNot) {
  const auto found = cofault::explore([](scheduler& s) { return prevented(s); }, shapes::judged());
  EXPECT_TRUE(found.clean()) << describe(found);
  EXPECT_EQ(found.points, 3u);
}

}  // namespace
