// SPDX-License-Identifier: BSL-1.0
// What co_return and co_yield may hand over.
#include <memory>
#include <optional>
#include <vector>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using cofault::scheduler;
using shapes::expect_transparent;
using shapes::lost;
using shapes::nothing;

// By value, through one return_value that is no template.
template <class T>
struct gives {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    void return_value(T v) { value.emplace(std::move(v)); }
    T result() {
      this->rethrow();
      return std::move(*value);
    }
    std::optional<T> value;
  };
};

template <class T>
struct gives_reference {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    void return_value(T& v) { value = &v; }
    T& result() {
      this->rethrow();
      return *value;
    }
    T* value = nullptr;
  };
};

// The usual pair of overloads.
template <class T>
struct gives_overloaded {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    void return_value(const T& v) { value.emplace(v), how = "copied "; }
    void return_value(T&& v) { value.emplace(std::move(v)), how = "moved "; }
    std::pair<T, std::string> result() {
      this->rethrow();
      return {std::move(*value), how};
    }
    using value_type = T;
    std::optional<T> value;
    std::string how;
  };
};

// A template that needs a hint for braces, as it does without cofault.
template <class T>
struct gives_anything {
  template <class Task>
  struct promise : shapes::promise_base<promise<Task>, Task> {
    template <class U = T>
    requires std::convertible_to<U&&, T>
    void return_value(U&& v) { value.emplace(std::forward<U>(v)); }
    T result() {
      this->rethrow();
      return std::move(*value);
    }
    std::optional<T> value;
  };
};

struct pair {
  int a = 1;
  std::string b = "default";
};

struct results {
  template <template <class> class Task>
  static Task<gives<std::unique_ptr<int>>> move_only(scheduler& s) {
    auto local = std::make_unique<int>(1);
    co_await s.yield();
    co_return local;
  }
  template <template <class> class Task>
  static Task<gives_reference<std::string>> reference(scheduler& s, std::string& log) {
    co_await s.yield();
    co_return log;
  }
  template <template <class> class Task>
  static Task<gives<pair>> braced(scheduler& s) {
    co_await s.yield();
    co_return {3, "three"};
  }
  template <template <class> class Task>
  static Task<gives<const char*>> null(scheduler& s) {
    co_await s.yield();
    co_return 0;
  }
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    try {
      log += std::to_string(*co_await move_only<Task>(s)) + ";";
    } catch (const lost&) {
      log += "!1;";
    }
    try {
      std::string& same = co_await reference<Task>(s, log);
      log += &same == &log ? "same;" : "another;";
    } catch (const lost&) {
      log += "!2;";
    }
    try {
      const pair p = co_await braced<Task>(s);
      log += std::to_string(p.a) + p.b + ";";
    } catch (const lost&) {
      log += "!3;";
    }
    try {
      log += co_await null<Task>(s) == nullptr ? "null;" : "something;";
    } catch (const lost&) {
      log += "!4;";
    }
  }
};
TEST(PromiseShapes, ResultsOfEveryKind) {
  EXPECT_EQ(shapes::log_without_cofault<results>(), "1;same;3three;null;");
  expect_transparent<results>(4);
}

struct overloads {
  using strings = gives_overloaded<std::vector<std::string>>;
  template <template <class> class Task>
  static Task<strings> copied(scheduler& s) {
    static const std::vector<std::string> shared{"shared"};
    co_await s.yield();
    co_return shared;
  }
  template <template <class> class Task>
  static Task<strings> moved(scheduler& s) {
    std::vector<std::string> local{"local"};
    co_await s.yield();
    co_return local;
  }
  template <template <class> class Task>
  static Task<strings> braced(scheduler& s) {
    co_await s.yield();
    co_return {2, "twice"};
  }
  template <template <class> class Task>
  static Task<gives_anything<pair>> braced_template(scheduler& s) {
    co_await s.yield();
    co_return {4, "four"};
  }
  static std::string text(const std::pair<std::vector<std::string>, std::string>& result) {
    return result.second + result.first.back() + ";";
  }
  template <template <class> class Task>
  static Task<nothing> main(scheduler& s, std::string& log) {
    try {
      log += text(co_await copied<Task>(s));
    } catch (const lost&) {
      log += "!1;";
    }
    try {
      log += text(co_await moved<Task>(s));
    } catch (const lost&) {
      log += "!2;";
    }
    try {
      log += text(co_await braced<Task>(s));
    } catch (const lost&) {
      log += "!3;";
    }
    try {
      const pair p = co_await braced_template<Task>(s);
      log += p.b + ";";
    } catch (const lost&) {
      log += "!4;";
    }
  }
};
TEST(PromiseShapes, OverloadedReturnValue) {
  EXPECT_EQ(shapes::log_without_cofault<overloads>(),
            "copied shared;moved local;moved twice;four;");
  expect_transparent<overloads>(4);
}

}  // namespace
