// SPDX-License-Identifier: BSL-1.0
// co_yield, and coroutines that nobody awaits.
#include <type_traits>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::scheduler;
using shapes::expect_transparent;
using shapes::lost;
using shapes::nothing;

// A generator: exceptions leave it through whoever asks for the next value.
template <class Self, class T>
struct basic_generator {
  struct promise_type {
    Self get_return_object() {
      return Self{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(T v) {
      value = std::move(v);
      return {};
    }
    void unhandled_exception() { throw; }
    void return_void() {}
    T value;
  };
  explicit basic_generator(std::coroutine_handle<promise_type> h) : handle(h) {}
  basic_generator(basic_generator&& other) noexcept : handle(std::exchange(other.handle, {})) {}
  ~basic_generator() {
    if (handle) handle.destroy();
  }
  const T* next() {
    handle.resume();
    return handle.done() ? nullptr : &handle.promise().value;
  }
  std::coroutine_handle<promise_type> handle;
};
template <class T>
struct generator : basic_generator<generator<T>, T> {
  using basic_generator<generator, T>::basic_generator;
};
template <class T>
struct plain_generator : basic_generator<plain_generator<T>, T> {
  using basic_generator<plain_generator, T>::basic_generator;
};

}  // namespace

COFAULT_INSTRUMENT(generator);

namespace {

// No aggregate: g++ 12 destroys a braced aggregate behind co_yield twice, also without cofault.
struct pair {
  pair() = default;
  pair(int number, std::string text) : a(number), b(std::move(text)) {}
  int a = 1;
  std::string b = "default";
};

template <class Generator>
Generator numbers(bool fail) {
  co_yield {1, "one"};
  pair two{2, "two"};
  co_yield two;
  if (fail) throw std::logic_error("no more;");
  co_yield pair();
}
struct generators {
  template <class Generator>
  static void take(std::string& log, bool fail) {
    try {
      auto all = numbers<Generator>(fail);
      while (const pair* p = all.next()) log += std::to_string(p->a) + p->b + ";";
    } catch (const std::logic_error& e) {
      log += e.what();
    }
  }
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    using kind = std::conditional_t<std::is_same_v<Task<nothing>, shapes::task<nothing>>,
                                    generator<pair>, plain_generator<pair>>;
    take<kind>(log, false);
    take<kind>(log, true);
    auto unfinished = numbers<kind>(false);
    log += unfinished.next()->b;
    try {
      co_await s.yield();
    } catch (const lost&) {
      log += "!1;";
    }
  }
};

TEST(PromiseShapes, Generators) {
  EXPECT_EQ(shapes::log_without_cofault<generators>(), "1one;2two;1default;1one;2two;no more;one");
  expect_transparent<generators>(1);
}

// What the generator's caller makes next is made by the caller.
shapes::task<nothing> made_next() { co_return; }
shapes::task<nothing> calls_a_generator(scheduler& s) {
  co_await s.yield();
  auto all = numbers<generator<pair>>(true);
  try {
    while (all.next() != nullptr) continue;
  } catch (const std::logic_error&) {
  }
  co_await made_next();
}
TEST(PromiseShapes, AnExceptionThatLeavesAGeneratorEndsItsTurn) {
  const auto what =
      cofault::run(shapes::world_of([](scheduler& s) { return calls_a_generator(s); }),
                   cofault::plan(), shapes::throwing_lost());
  EXPECT_EQ(shapes::creators(what), (std::vector<std::uint32_t>{0, 1, 1}));
}

}  // namespace
