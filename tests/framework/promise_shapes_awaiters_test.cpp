// SPDX-License-Identifier: BSL-1.0
// What can stand behind co_await: operands, operator co_await, await_transform.
#include <utility>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

namespace outside {
struct reading {
  cofault::scheduler* where;
};
}  // namespace outside

namespace {

using cofault::scheduler;
using shapes::expect_transparent;
using shapes::lost;
using shapes::nothing;
using shapes::pinned;

struct with_member {
  scheduler& s;
  pinned operator co_await() { return pinned(s); }
};
struct by_category {
  scheduler& s;
  std::string category = "";
  auto operator co_await() & { return named{pinned(s), "lvalue;"}; }
  auto operator co_await() const& { return named{pinned(s), "const;"}; }
  auto operator co_await() && { return named{pinned(s), "rvalue;"}; }
  struct named {
    pinned wait;
    std::string name;
    bool await_ready() { return wait.await_ready(); }
    void await_suspend(std::coroutine_handle<> h) { wait.await_suspend(h); }
    std::string await_resume() { return name + wait.await_resume(); }
  };
};
struct with_free {
  scheduler& s;
};
pinned operator co_await(with_free&& f) { return pinned(f.s); }

struct operands {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    try {
      log += co_await pinned(s);
    } catch (const lost&) {
      log += "!1;";
    }
    try {
      pinned lvalue(s);
      log += co_await lvalue;
    } catch (const lost&) {
      log += "!2;";
    }
    try {
      log += co_await with_member{s};
    } catch (const lost&) {
      log += "!3;";
    }
    try {
      log += co_await with_free{s};
    } catch (const lost&) {
      log += "!4;";
    }
    by_category any{s};
    try {
      log += co_await any;
    } catch (const lost&) {
      log += "!5;";
    }
    try {
      log += co_await std::as_const(any);
    } catch (const lost&) {
      log += "!6;";
    }
    try {
      log += co_await std::move(any);
    } catch (const lost&) {
      log += "!7;";
    }
  }
};
TEST(PromiseShapes, AwaitersThatCannotMoveInEveryPlace) {
  EXPECT_EQ(shapes::log_without_cofault<operands>(),
            "same;same;same;same;lvalue;same;const;same;rvalue;same;");
  expect_transparent<operands>(7);
}

// g++ 12 copies an awaiter that operator co_await returns by reference, with and without cofault.
#ifdef __clang__
struct with_member_by_reference {
  pinned inside;
  pinned& operator co_await() { return inside; }
};
struct operand_by_reference {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    try {
      with_member_by_reference lvalue{pinned(s)};
      log += co_await lvalue;
    } catch (const lost&) {
      log += "!1;";
    }
  }
};
TEST(PromiseShapes, OperatorCoAwaitByReference) { expect_transparent<operand_by_reference>(1); }
#endif

// Declared where only the coroutine finds it: neither beside its operand nor as a member.
pinned operator co_await(outside::reading r) { return pinned(*r.where); }

struct scoped_operator {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    try {
      log += co_await outside::reading{&s};
    } catch (const lost&) {
      log += "!1;";
    }
    try {
      co_await s.yield();
    } catch (const lost&) {
      log += "!2;";
    }
    try {
      log += co_await outside::reading{&s};
    } catch (const lost&) {
      log += "!3;";
    }
  }
};
TEST(PromiseShapes, OperatorCoAwaitFromTheCoroutinesOwnScope) {
  expect_transparent<scoped_operator>(3);
}

shapes::task<nothing> never_woken(scheduler& s) {
  co_await s.yield();
  scheduler another;
  co_await outside::reading{&another};
}
TEST(PromiseShapes, ACoroutineThatHangsThereIsNamed) {
  const auto found =
      cofault::explore([](scheduler& s) { return never_woken(s); }, shapes::judged());
  ASSERT_FALSE(found.findings.empty()) << describe(found);
  EXPECT_EQ(found.findings[0].property, "nothing waits for ever");
  EXPECT_NE(found.findings[0].explanation.find("never_woken() waits at"), std::string::npos)
      << found.findings[0].explanation;
}

// What await_ready gives needs only convert to bool; an overloaded & is nobody's business.
struct truth {
  int value;
  explicit operator bool() const { return value != 0; }
};
struct odd_awaiter {
  scheduler& s;
  int ready;
  void operator&() const = delete;
  truth await_ready() { return {ready}; }
  void await_suspend(std::coroutine_handle<> h) {
    s.post([h] { h.resume(); });
  }
  int await_resume() { return ready; }
};
struct odd_awaiters {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    try {
      log += std::to_string(co_await odd_awaiter{s, 0}) + ";";
    } catch (const lost&) {
      log += "!1;";
    }
    try {
      log += std::to_string(co_await odd_awaiter{s, 2}) + ";";
    } catch (const lost&) {
      log += "!2;";
    }
  }
};
TEST(PromiseShapes, AwaitReadyThatConvertsToBool) { expect_transparent<odd_awaiters>(2); }

// A step that throws on its own: the coroutine goes on at its co_await.
struct throwing_awaiter {
  scheduler& s;
  char step;
  bool await_ready() { return step == 'r' ? throw std::logic_error("ready;") : false; }
  void await_suspend(std::coroutine_handle<> h) {
    if (step == 's') throw std::logic_error("suspend;");
    s.post([h] { h.resume(); });
  }
  void await_resume() {
    if (step == 'e') throw std::logic_error("resume;");
  }
};
struct throwing_awaiters {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    for (const char step : {'r', 's', 'e', '-'}) {
      try {
        co_await throwing_awaiter{s, step};
      } catch (const std::logic_error& e) {
        log += e.what();
      }
    }
  }
};
TEST(PromiseShapes, StepsThatThrow) {
  EXPECT_EQ(shapes::log_without_cofault<throwing_awaiters>(), "ready;suspend;resume;");
  std::string log;
  const auto body = [&log](scheduler& s) { return throwing_awaiters::main<shapes::task>(s, log); };
  const cofault::outcome what =
      cofault::run(shapes::world_of(body), cofault::plan(), shapes::throwing_lost());
  EXPECT_EQ(log, "ready;suspend;resume;");
  EXPECT_EQ(shapes::count(what, cofault::event_kind::suspended),
            shapes::count(what, cofault::event_kind::resumed));
  EXPECT_EQ(shapes::count(what, cofault::event_kind::resumed), 3u);
}

shapes::task<nothing> made_next() { co_return; }
shapes::task<nothing> goes_on(scheduler& s) {
  try {
    co_await throwing_awaiter{s, 's'};
  } catch (const std::logic_error&) {
  }
  co_await made_next();
}
TEST(PromiseShapes, BehindAnAwaitSuspendThatThrewTheCoroutineRuns) {
  const auto what = cofault::run(shapes::world_of([](scheduler& s) { return goes_on(s); }),
                                 cofault::plan(), shapes::throwing_lost());
  EXPECT_EQ(shapes::creators(what), (std::vector<std::uint32_t>{0, 1}));
}

}  // namespace
