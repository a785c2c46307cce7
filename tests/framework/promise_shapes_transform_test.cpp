// SPDX-License-Identifier: BSL-1.0
// await_transform: what it returns must live as long as the awaiter made from it.
#include <cstddef>
#include <memory>
#include <source_location>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::scheduler;
using shapes::expect_transparent;
using shapes::lost;
using shapes::pinned;

// await_transform owns what the awaiter refers to, by value, and is itself pinned.
struct ticket {
  int number;
};
struct transforming {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    struct owning {
      owning(scheduler& s, int n) : value(std::make_unique<int>(n)), wait(s) {}
      struct awaiter {
        std::unique_ptr<int>& value;
        pinned& wait;
        bool await_ready() { return wait.await_ready(); }
        void await_suspend(std::coroutine_handle<promise> h) {
          *h.promise().log += "mine;";
          wait.await_suspend(h);
        }
        std::string await_resume() { return std::to_string(*value) + wait.await_resume(); }
      };
      awaiter operator co_await() { return {value, wait}; }
      std::unique_ptr<int> value;
      pinned wait;
    };
    promise(scheduler& s, std::string& l) : where(&s), log(&l) {}
    owning await_transform(ticket t) { return owning(*where, t.number); }
    pinned await_transform(scheduler& s) { return pinned(s); }
    auto await_transform(std::nullptr_t,
                         std::source_location at = std::source_location::current()) {
      struct place {
        unsigned line;
        bool await_ready() { return true; }
        void await_suspend(std::coroutine_handle<>) {}
        unsigned await_resume() { return line; }
      };
      return place{at.line()};
    }
    void return_void() {}
    void result() { this->rethrow(); }
    scheduler* where;
    std::string* log;
  };
};
struct transformed {
  template <template <class> class Task>
  static Task<transforming> main(scheduler& s, std::string& log) {
    try {
      log += co_await ticket{7};
    } catch (const lost&) {
      log += "!1;";
    }
    try {
      log += co_await s;
    } catch (const lost&) {
      log += "!2;";
    }
    try {
      constexpr unsigned here = std::source_location::current().line() + 1;
      log += co_await nullptr == here ? "here;" : "elsewhere;";
    } catch (const lost&) {
      log += "!3;";
    }
  }
};
TEST(PromiseShapes, AwaitTransformOwnsWhatItsAwaiterRefersTo) {
  EXPECT_EQ(shapes::log_without_cofault<transformed>(), "mine;7same;same;here;");
  expect_transparent<transformed>(3);
}

}  // namespace
