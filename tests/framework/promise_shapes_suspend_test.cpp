// SPDX-License-Identifier: BSL-1.0
// Every type that await_suspend may return, ready, suspended and completed inline.
#include <string_view>
#include <type_traits>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::scheduler;
using shapes::expect_transparent;
using shapes::lost;
using shapes::nothing;

enum class moment { ready, posted, resumed_inline, not_suspended };
struct own_promise;  // stands for coroutine_handle<promise>

// Writes its own life into the log.
template <class Result, moment When>
struct operation {
  scheduler& s;
  std::string& log;

  operation(scheduler& where, std::string& to) : s(where), log(to) { log += "made "; }
  operation(const operation&) = delete;
  operation& operator=(const operation&) = delete;
  ~operation() { log += "gone;"; }

  bool await_ready() {
    log += "asked ";
    return When == moment::ready;
  }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> h) {
    log += "suspended ";
    if (When == moment::posted) s.post([h] { h.resume(); });
    if (When == moment::resumed_inline) h.resume();
    // This object may be gone.
    if constexpr (std::is_same_v<Result, bool>)
      return When != moment::not_suspended;
    else if constexpr (std::is_same_v<Result, own_promise>)
      return h;
    else if constexpr (!std::is_void_v<Result>)
      return When == moment::not_suspended ? std::coroutine_handle<>(h) : std::noop_coroutine();
  }
  int await_resume() {
    log += "resumed ";
    return 5;
  }
};

template <class Operation>
struct awaits_it_twice {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    try {
      log += std::to_string(co_await Operation(s, log));
    } catch (const lost&) {
      log += "!1;";
    }
    try {
      Operation lvalue(s, log);
      log += std::to_string(co_await lvalue);
    } catch (const lost&) {
      log += "!2;";
    }
  }
};

template <class Operation>
class PromiseShapesSuspend : public testing::Test {};
using operations = testing::Types<
    operation<void, moment::ready>, operation<void, moment::posted>,
    operation<void, moment::resumed_inline>, operation<bool, moment::ready>,
    operation<bool, moment::posted>, operation<bool, moment::resumed_inline>,
    operation<bool, moment::not_suspended>, operation<std::coroutine_handle<>, moment::ready>,
    operation<std::coroutine_handle<>, moment::posted>,
    operation<std::coroutine_handle<>, moment::resumed_inline>,
    operation<std::coroutine_handle<>, moment::not_suspended>,
    operation<own_promise, moment::ready>, operation<own_promise, moment::not_suspended>>;
TYPED_TEST_SUITE(PromiseShapesSuspend, operations);

TYPED_TEST(PromiseShapesSuspend, GoesOnAsWithoutCofault) {
  const std::string expected = shapes::log_without_cofault<awaits_it_twice<TypeParam>>();
  EXPECT_TRUE(expected.starts_with("made asked "));
  EXPECT_TRUE(expected.ends_with("resumed 5gone;"));
  expect_transparent<awaits_it_twice<TypeParam>>(2);
}

TYPED_TEST(PromiseShapesSuspend, IsNotStartedWhereAFaultTakesItsPlace) {
  std::string log;
  const auto body = [&log](scheduler& s) {
    log.clear();
    return awaits_it_twice<TypeParam>::template main<shapes::task>(s, log);
  };
  cofault::explore(body, shapes::throwing_lost().in_process());
  EXPECT_TRUE(log.ends_with("made gone;!2;")) << log;
}

// coroutine_handle<promise> of another coroutine, which suspends before it comes back.
struct another_coroutine {
  template <template <class> class Task>
  static Task<nothing> other(scheduler& s, std::string& log) {
    try {
      co_await s.yield();
      log += "other;";
    } catch (const lost&) {
      log += "!1;";
    }
  }
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    static_assert(std::is_same_v<decltype(other<Task>(s, log).await_suspend({})),
                                 typename Task<nothing>::handle>);
    co_await other<Task>(s, log);
    log += "back;";
  }
};
TEST(PromiseShapes, TransfersToAnotherCoroutineByItsTypedHandle) {
  EXPECT_EQ(shapes::log_without_cofault<another_coroutine>(), "other;back;");
  expect_transparent<another_coroutine>(1);
}

// Nothing but noexcept: a throw is not feasible, so none is tried.
struct never_fails {
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<>) const noexcept { return false; }
  void await_resume() const noexcept {}
};
struct noexcept_points {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    co_await std::suspend_never();
    co_await never_fails();
    try {
      co_await s.yield();
    } catch (const lost&) {
      log += "!1;";
    }
    co_await never_fails();
  }
};
TEST(PromiseShapes, PointsThatCannotThrowGetNoFault) {
  expect_transparent<noexcept_points>(1);
  std::string log;
  const auto body = [&log](scheduler& s) { return noexcept_points::main<shapes::task>(s, log); };
  const auto what = cofault::run(shapes::world_of(body), cofault::plan(), shapes::throwing_lost());
  EXPECT_EQ(shapes::count(what, cofault::event_kind::arrived), 4u);
}

// Children that complete at once: the stack must not grow with their number.
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
constexpr std::uint32_t steps = 1'000;  // no tail calls
#else
constexpr std::uint32_t steps = 100'000;
#endif
struct deep_loop {
  template <template <class> class Task>
  static Task<nothing> step() {
    co_return;
  }
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    co_await s.yield();
    for (std::uint32_t i = 0; i < steps; ++i) co_await step<Task>();
    log += "done";
  }
};
TEST(PromiseShapes, SymmetricTransferInALongLoop) {
  std::string log;
  const auto body = [&log](scheduler& s) { return deep_loop::main<shapes::task>(s, log); };
  const auto what = cofault::run(shapes::world_of(body), cofault::plan(),
                                 shapes::throwing_lost().visits(steps + 1));
  EXPECT_EQ(log, "done");
  EXPECT_EQ(what.arrivals, steps + 1);
  EXPECT_FALSE(what.truncated);
}

}  // namespace
