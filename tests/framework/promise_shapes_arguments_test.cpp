// SPDX-License-Identifier: BSL-1.0
// The kinds of function that are coroutines, with and without a promise made from their arguments.
#include <utility>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::scheduler;
using shapes::expect_transparent;
using shapes::lost;
using shapes::nothing;

#ifdef __clang__
constexpr bool made_by_clang = true;
#else
constexpr bool made_by_clang = false;
#endif

std::string seen;  // by the promise's constructor

struct owner {
  int number = 0;
  template <template <class> class Task, class Shape>
  Task<Shape> member(scheduler& s, std::string& log) {
    try {
      co_await s.yield();
      log += "member of " + std::to_string(++number) + ";";
    } catch (const lost&) {
      log += "!1;";
    }
  }
  template <template <class> class Task, class Shape>
  Task<Shape> const_member(scheduler& s, std::string& log) const {
    try {
      co_await s.yield();
      log += "const member of " + std::to_string(number) + ";";
    } catch (const lost&) {
      log += "!2;";
    }
  }
  template <template <class> class Task, class Shape>
  static Task<Shape> static_member(scheduler& s, std::string& log) {
    try {
      co_await s.yield();
      log += "static;";
    } catch (const lost&) {
      log += "!3;";
    }
  }
  template <template <class> class Task, class Shape>
  Task<Shape> rvalue_member(scheduler& s, std::string& log) && {
    try {
      co_await s.yield();
      log += "rvalue member of " + std::to_string(number) + ";";
    } catch (const lost&) {
      log += "!4;";
    }
  }
};

// A function template with a value, a reference and a move-only parameter.
template <template <class> class Task, class Shape, class T>
Task<Shape> free_template(T value, scheduler& s, std::string& log, std::unique_ptr<int> owned) {
  try {
    co_await s.yield();
    log += "free " + std::to_string(value + *owned) + ";";
  } catch (const lost&) {
    log += "!5;";
  }
}

template <class Shape>
struct every_function {
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    seen.clear();
    owner o{41};
    co_await o.member<Task, Shape>(s, log);
    co_await std::as_const(o).template const_member<Task, Shape>(s, log);
    co_await owner::static_member<Task, Shape>(s, log);
    co_await std::move(o).template rvalue_member<Task, Shape>(s, log);
    co_await free_template<Task, Shape>(1L, s, log, std::make_unique<int>(2));
    const std::string captured = "captured;";
    const auto lambda = [&s, &log, captured]() -> Task<Shape> {
      try {
        co_await s.yield();
        log += captured;
      } catch (const lost&) {
        log += "!6;";
      }
    };
    co_await lambda();
    const auto generic = [&log, n = 3](auto& where, auto... more) mutable -> Task<Shape> {
      try {
        co_await where.yield();
        log += std::to_string((++n + ... + more)) + ";";
      } catch (const lost&) {
        log += "!7;";
      }
    };
    auto mutable_generic = generic;
    co_await mutable_generic(s, 10, 20L);
    log += seen;
  }
};

TEST(PromiseShapes, EveryKindOfFunction) {
  EXPECT_EQ(shapes::log_without_cofault<every_function<nothing>>(),
            "member of 42;const member of 42;static;rvalue member of 42;free 3;captured;34;");
  expect_transparent<every_function<nothing>>(7);
}

// Made from whatever the coroutine gets; its own object included.
struct from_any_arguments {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    template <class... Args>
    explicit promise(Args&...) {
      seen += std::to_string(sizeof...(Args));
    }
    void return_void() {}
    void result() { this->rethrow(); }
  };
};
TEST(PromiseShapes, ConstructorTakesAnyArguments) {
  const std::string log = shapes::log_without_cofault<every_function<from_any_arguments>>();
  // clang leaves out the closure of a lambda, g++ does not.
  EXPECT_EQ(log.substr(log.rfind(';') + 1), made_by_clang ? "3323403" : "3323414");
  expect_transparent<every_function<from_any_arguments>>(7);
}

// Made from some arguments only; else from none.
struct from_some_arguments {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    promise() { seen += "none "; }
    promise(const owner& o, scheduler&, std::string&) { seen += std::to_string(o.number) + " "; }
    promise(scheduler&, std::string& log) { log += "by argument;"; }
    promise(long n, scheduler&, std::string&, std::unique_ptr<int>& owned) {
      seen += std::to_string(n + *owned) + " ";
    }
    void return_void() {}
    void result() { this->rethrow(); }
  };
};
TEST(PromiseShapes, ConstructorTakesTheCoroutinesArguments) {
  const std::string log = shapes::log_without_cofault<every_function<from_some_arguments>>();
  EXPECT_NE(log.find("by argument;static"), std::string::npos) << log;
  EXPECT_EQ(log.substr(log.rfind(';') + 1), "41 42 42 3 none none ");
  expect_transparent<every_function<from_some_arguments>>(7);
}

// Starts at once if the first argument says so. What is behind it may be anything: a temporary, of
// which the coroutine takes the value only once it runs, so it has to be told.
struct at_once {};
struct told_to_start {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    promise() = default;
    template <class... Args>
    explicit promise(at_once, Args&&...) : starts(true) {}
    template <class Object, class... Args>
    promise(Object&&, at_once, Args&&...) : starts(true) {}
    auto initial_suspend() noexcept {
      struct awaiter {
        bool starts;
        bool await_ready() const noexcept { return starts; }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const noexcept {}
      };
      return awaiter{starts};
    }
    void return_void() {}
    void result() { this->rethrow(); }
    bool starts = false;
  };
};
struct takes_temporaries {
  template <template <class> class Task, class Text>
  static Task<told_to_start> free(at_once, std::string& log, Text&& text) {
    const std::string taken = std::forward<Text>(text);
    log += taken;
    co_return;
  }
  template <template <class> class Task, class Text>
  Task<told_to_start> member(at_once, std::string& log, Text&& text) {
    const std::string taken = std::forward<Text>(text);
    log += taken;
    co_return;
  }
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    try {
      co_await s.yield();
    } catch (const lost&) {
      log += "!1;";
    }
    takes_temporaries object;
    const auto a = free<Task>(at_once(), log, std::string("free;"));
    const auto b = object.member<Task>(at_once(), log, std::string("member;"));
    log += "made;";
  }
};
TEST(PromiseShapes, StartsAtOnceAndTakesTemporaries) {
  EXPECT_EQ(shapes::log_without_cofault<takes_temporaries>(), "free;member;made;");
  expect_transparent<takes_temporaries>(1);
}

}  // namespace
