// SPDX-License-Identifier: BSL-1.0
// How a promise is made: final, derived, from the coroutine's arguments, with its own memory.
#include <cstddef>
#include <cstdlib>
#include <new>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

// g++ 12 takes a coroutine's operator new with arguments for a placement new without its delete.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace {

using cofault::scheduler;
using shapes::expect_transparent;
using shapes::lost;

template <class Shape>
struct awaits_twice {
  template <template <class> class Task>
  static Task<Shape> main(scheduler& s, std::string& log) {
    try {
      co_await s.yield();
      log += "a;";
    } catch (const lost&) {
      log += "!1;";
    }
    try {
      co_await s.yield();
      log += "b;";
    } catch (const lost&) {
      log += "!2;";
    }
  }
};

TEST(PromiseShapes, DerivedPromise) { expect_transparent<awaits_twice<shapes::nothing>>(2); }

struct final_shape {
  template <class Task>
  struct promise final {
    Task get_return_object() { return Task(std::coroutine_handle<promise>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    shapes::wakes_waiter final_suspend() noexcept { return {}; }
    void unhandled_exception() { std::terminate(); }
    void return_void() {}
    void result() {}
    std::coroutine_handle<> waiting;
  };
};
TEST(PromiseShapes, FinalPromise) { expect_transparent<awaits_twice<final_shape>>(2); }

template <class Promise>
class made_by_it_alone {
  friend Promise;
  made_by_it_alone() = default;
};
struct hidden_base_shape {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task>, made_by_it_alone<promise<Task>> {
    void return_void() {}
    void result() { this->rethrow(); }
  };
};
TEST(PromiseShapes, AggregateWithABaseOfItsOwn) {
  expect_transparent<awaits_twice<hidden_base_shape>>(2);
}

struct aligned_shape {
  template <class Task>
  struct alignas(64) promise : shapes::promise_base<promise<Task>, Task> {
    static void* operator new(std::size_t size) {
      return std::aligned_alloc(64, (size + 63) / 64 * 64);
    }
    static void operator delete(void* memory) { std::free(memory); }
    void return_void() {}
    void result() {
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(this) % 64, 0u);
      this->rethrow();
    }
  };
};
TEST(PromiseShapes, PromiseOfAlignment64) { expect_transparent<awaits_twice<aligned_shape>>(2); }

int live_blocks = 0;

struct allocating_shape {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    static void* operator new(std::size_t size) { return ++live_blocks, std::malloc(size); }
    static void operator delete(void* memory, std::size_t) { --live_blocks, std::free(memory); }
    void return_void() {}
    void result() {
      EXPECT_GT(live_blocks, 0);
      this->rethrow();
    }
  };
};
TEST(PromiseShapes, OwnOperatorNewAndDelete) {
  expect_transparent<awaits_twice<allocating_shape>>(2);
  EXPECT_EQ(live_blocks, 0);
}

// The first argument decides where the frame lies.
struct arena {
  int blocks = 0;
};
struct arena_shape {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    template <class... Rest>
    static void* operator new(std::size_t size, std::allocator_arg_t, arena& where, Rest&...) {
      auto** memory = static_cast<arena**>(std::malloc(size + 2 * sizeof(arena*)));
      *memory = &where;
      ++where.blocks;
      return memory + 2;
    }
    static void operator delete(void* memory) {
      auto** begin = static_cast<arena**>(memory) - 2;
      --(*begin)->blocks;
      std::free(begin);
    }
    void return_void() {}
    void result() { this->rethrow(); }
  };
};
struct allocator_argument {
  template <template <class> class Task>
  static Task<arena_shape> inside(std::allocator_arg_t, arena& where, scheduler& s,
                                  std::string& log) {
    log += std::to_string(where.blocks) + ";";
    try {
      co_await s.yield();
    } catch (const lost&) {
      log += "!1;";
    }
  }
  template <template <class> class Task>
  static Task<shapes::nothing> main(scheduler& s, std::string& log) {
    arena where;
    co_await inside<Task>(std::allocator_arg, where, s, log);
    log += std::to_string(where.blocks) + ";";
  }
};
TEST(PromiseShapes, OperatorNewWithAnAllocatorArgument) {
  EXPECT_EQ(shapes::log_without_cofault<allocator_argument>(), "1;0;");
  expect_transparent<allocator_argument>(1);
}

// clang leaves out the closure, which by the letter of the standard comes before the allocator.
#ifdef __clang__
struct allocator_argument_of_a_lambda {
  template <template <class> class Task>
  static Task<shapes::nothing> main(scheduler& s, std::string& log) {
    arena where;
    const auto inside = [](std::allocator_arg_t, arena& a, scheduler& where_to,
                           std::string& to) -> Task<arena_shape> {
      to += std::to_string(a.blocks) + ";";
      try {
        co_await where_to.yield();
      } catch (const lost&) {
        to += "!1;";
      }
    };
    co_await inside(std::allocator_arg, where, s, log);
  }
};
TEST(PromiseShapes, OperatorNewWithAnAllocatorArgumentOfALambda) {
  EXPECT_EQ(shapes::log_without_cofault<allocator_argument_of_a_lambda>(), "1;");
  expect_transparent<allocator_argument_of_a_lambda>(1);
}
#endif

bool out_of_memory = false;

struct failing_shape {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    static void* operator new(std::size_t size) noexcept {
      return out_of_memory ? nullptr : std::malloc(size);
    }
    static void operator delete(void* memory) { std::free(memory); }
    static Task get_return_object_on_allocation_failure() { return Task(); }
    void return_value(int v) { value = v; }
    int result() {
      this->rethrow();
      return value;
    }
    int value = 0;
  };
};
struct allocation_failure {
  template <template <class> class Task>
  static Task<failing_shape> child(scheduler& s) {
    co_await s.yield();
    co_return 7;
  }
  template <template <class> class Task>
  static Task<shapes::nothing> main(scheduler& s, std::string& log) {
    try {
      log += std::to_string(co_await child<Task>(s)) + ";";
    } catch (const lost&) {
      log += "!1;";
    }
    out_of_memory = true;
    auto empty = child<Task>(s);
    out_of_memory = false;
    log += empty.await_ready() ? "no frame;" : "a frame;";
  }
};
TEST(PromiseShapes, GetReturnObjectOnAllocationFailure) {
  EXPECT_EQ(shapes::log_without_cofault<allocation_failure>(), "7;no frame;");
  expect_transparent<allocation_failure>(1);
}

// Global operator new in its nothrow form.
struct checked_shape {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    static Task get_return_object_on_allocation_failure() { return Task(); }
    void return_void() {}
    void result() { this->rethrow(); }
  };
};
TEST(PromiseShapes, AllocationFailureWithTheGlobalOperatorNew) {
  expect_transparent<awaits_twice<checked_shape>>(2);
}

}  // namespace
