// SPDX-License-Identifier: BSL-1.0
// One minimal task type in two copies, instrumented and not, and the claim that a program cannot
// tell them apart. What a shape is about is its promise: Shape::promise<Task>.
#pragma once

#include <gtest/gtest.h>

#include <cofault/inject/throwing.hpp>
#include <cofault/instrument.hpp>
#include <cofault/property/awaited.hpp>
#include <cofault/property/completion.hpp>
#include <cofault/property/frames.hpp>
#include <cofault/property/livelock.hpp>
#include <cofault/property/progress.hpp>
#include <cofault/run.hpp>
#include <cofault/scheduler.hpp>
#include <coroutine>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace shapes {

// Runs when it is awaited; destroys its frame.
template <class Self, class Shape>
class [[nodiscard]] basic_task {
 public:
  using promise_type = typename Shape::template promise<Self>;
  using handle = std::coroutine_handle<promise_type>;

  basic_task() = default;
  explicit basic_task(handle h) : handle_(h) {}
  basic_task(basic_task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  basic_task& operator=(basic_task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~basic_task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const { return !handle_ || handle_.done(); }
  auto await_suspend(std::coroutine_handle<> waiting) {
    handle_.promise().waiting = waiting;
    if constexpr (!requires { Shape::starts_itself; }) return handle_;
  }
  decltype(auto) await_resume() { return handle_.promise().result(); }

 private:
  handle handle_;
};

template <class Shape>
struct task : basic_task<task<Shape>, Shape> {
  using basic_task<task, Shape>::basic_task;
};
template <class Shape>
struct plain_task : basic_task<plain_task<Shape>, Shape> {
  using basic_task<plain_task, Shape>::basic_task;
};

struct wakes_waiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
    return done.promise().waiting;
  }
  void await_resume() const noexcept {}
};

// What most promises have in common: all but the return function.
template <class Promise, class Task>
struct promise_base {
  Task get_return_object() {
    return Task(std::coroutine_handle<Promise>::from_promise(static_cast<Promise&>(*this)));
  }
  std::suspend_always initial_suspend() noexcept { return {}; }
  wakes_waiter final_suspend() noexcept { return {}; }
  void unhandled_exception() { error = std::current_exception(); }
  void rethrow() const {
    if (error) std::rethrow_exception(error);
  }

  std::coroutine_handle<> waiting = std::noop_coroutine();
  std::exception_ptr error;
};

// The plainest shape: derived, returns nothing.
struct nothing {
  template <class Task>
  struct promise : promise_base<promise<Task>, Task> {
    void return_void() {}
    void result() const { this->rethrow(); }
  };
};

// An awaiter that waits for its turn; neither copyable nor movable.
struct pinned {
  explicit pinned(cofault::scheduler& s) : where(&s), self(this) {}
  pinned(const pinned&) = delete;
  pinned& operator=(const pinned&) = delete;
  ~pinned() { self = nullptr; }
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    where->post([h] { h.resume(); });
  }
  std::string await_resume() { return self == this ? "same;" : "moved;"; }

  cofault::scheduler* where;
  pinned* self;
};

struct lost : std::runtime_error {
  lost() : std::runtime_error("lost") {}
};

// All but the fate of exceptions: that the programs here swallow them is what they show.
inline cofault::options judged() {
  namespace properties = cofault::properties;
  return cofault::options().judge(properties::progress(), properties::livelock(),
                                  properties::completion(), properties::awaited(),
                                  properties::frames());
}
inline cofault::options throwing_lost() {
  return judged().inject(cofault::inject::throwing(lost())).search(cofault::search::exhaustive(1));
}

template <class Body>
cofault::driver_factory world_of(Body body) {
  return [body] {
    return std::make_unique<cofault::detail::scheduler_driver>(
        [body](cofault::scheduler& s) { return cofault::detail::await_root(body(s)); });
  };
}

inline std::uint32_t count(const cofault::outcome& what, cofault::event_kind kind) {
  std::uint32_t n = 0;
  for (const cofault::event& e : what.trace()) n += e.kind == kind;
  return n;
}

// Who made each coroutine: the ids of the creators, in the order of creation.
inline std::vector<std::uint32_t> creators(const cofault::outcome& what) {
  std::vector<std::uint32_t> out;
  for (const cofault::event& e : what.trace())
    if (e.kind == cofault::event_kind::created) out.push_back(e.other);
  return out;
}

// Every coroutine that came to its end went on as often as it had suspended, and in turn.
inline bool resumes_what_suspends(const cofault::outcome& what) {
  std::map<std::uint32_t, bool> asleep;
  for (const cofault::event& e : what.trace()) {
    if (e.kind == cofault::event_kind::suspended && std::exchange(asleep[e.frame], true))
      return false;
    if (e.kind == cofault::event_kind::resumed && !std::exchange(asleep[e.frame], false))
      return false;
    if (e.kind == cofault::event_kind::returned && asleep[e.frame]) return false;
  }
  return true;
}

// Program::main<Task>(scheduler&, std::string& log) writes to its log what it sees, and "!k;" where
// it catches `lost` at its k-th await point (of those with no instrumented coroutine inside).
template <class Program>
std::string log_without_cofault() {
  std::string log;
  cofault::scheduler s;
  auto root = cofault::detail::await_root(Program::template main<plain_task>(s, log));
  root.handle().resume();
  while (s.ready() > 0) s.run(0);
  return log;
}

// The program does the same with and without instrumentation, each of its `awaits` await points is
// seen, a fault thrown there arrives there and only there, and nothing is left behind.
template <class Program>
void expect_transparent(std::size_t awaits) {
  const std::string expected = log_without_cofault<Program>();
  EXPECT_EQ(expected.find('!'), std::string::npos) << expected;

  std::deque<std::string> logs;
  const auto body = [&logs](cofault::scheduler& s) {
    return Program::template main<task>(s, logs.emplace_back());
  };
  const cofault::outcome clean = cofault::run(world_of(body), cofault::plan(), throwing_lost());
  EXPECT_EQ(logs.back(), expected);
  EXPECT_TRUE(clean.has(cofault::event_kind::root_returned));
  EXPECT_GT(count(clean, cofault::event_kind::created), 0u);
  EXPECT_EQ(count(clean, cofault::event_kind::created),
            count(clean, cofault::event_kind::destroyed));
  EXPECT_TRUE(resumes_what_suspends(clean));

  logs.clear();
  const cofault::exploration found = cofault::explore(body, throwing_lost().in_process());
  EXPECT_TRUE(found.clean()) << describe(found);
  EXPECT_EQ(found.points, awaits);
  EXPECT_EQ(found.unreached, 0u);
  ASSERT_EQ(logs.size(), awaits + 3);  // a warm-up, two clean runs, a fault at each point
  for (std::size_t k = 1; k <= awaits; ++k) {
    const std::string& log = logs[k + 2];
    EXPECT_NE(log.find("!" + std::to_string(k) + ";"), std::string::npos) << k << ": " << log;
    EXPECT_EQ(log.find('!'), log.rfind('!')) << log;
  }
}

}  // namespace shapes

COFAULT_INSTRUMENT(shapes::task);
