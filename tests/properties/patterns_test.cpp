// SPDX-License-Identifier: BSL-1.0
// What programs on other people's coroutine libraries do rightly, and beside it what is wrong with
// a program that looks like it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include "../support/task.hpp"
#include "cofault/explore.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

// A library that has a function of that name, too.
namespace library {

template <class T>
T&& get_awaiter(T&& awaited) {
  return static_cast<T&&>(awaited);
}

// What came of a coroutine, as a value.
class outcome {
 public:
  outcome() = default;
  explicit outcome(std::exception_ptr error) : error_(std::move(error)) {}
  bool failed() const { return error_ != nullptr; }

 private:
  std::exception_ptr error_;
};

// The same, but who made it has dropped the error.
class success {
 public:
  explicit success(bool given = true) : given_(given) {}
  bool failed() const { return !given_; }

 private:
  bool given_;
};

outcome outcome_of(const std::exception_ptr& error, outcome*) { return outcome(error); }
success outcome_of(const std::exception_ptr& error, success*) { return success(error == nullptr); }

// Its awaiting coroutine gets a Result, whatever happened.
template <class Result>
class attempt {
 public:
  struct promise_type : support::promise_base {
    attempt get_return_object() {
      return attempt(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    void return_void() {}
  };

  explicit attempt(std::coroutine_handle<promise_type> h) : handle_(h) {}
  attempt(attempt&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~attempt() {
    if (handle_) handle_.destroy();
  }
  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().awaiting = awaiting;
    return handle_;
  }
  std::vector<Result> await_resume() {
    return {outcome_of(handle_.promise().error, static_cast<Result*>(nullptr))};
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

}  // namespace library

COFAULT_INSTRUMENT(library::attempt);

namespace {

using namespace std::chrono_literals;
using cofault::exploration;
using cofault::scheduler;
using support::task;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

template <class Body>
exploration explored(Body body) {
  return cofault::explore(body);
}

auto violates(const std::string& property) {
  return ElementsAre(Field(&cofault::finding::property, property));
}
constexpr auto surfaces = "every exception surfaces";

task<> connects(scheduler& s) { co_await s.sleep_for(2ms); }

task<> connects_in_the_end(scheduler& s) {
  for (;;) {
    try {
      co_await connects(s);
      co_return;
    } catch (const std::exception&) {
    }
    co_await s.sleep_for(10ms);
  }
}
task<> gives_up_silently(scheduler& s) {
  for (int tries = 0; tries < 3; ++tries) {
    try {
      co_await connects(s);
      co_return;
    } catch (const std::exception&) {
    }
    co_await s.sleep_for(10ms);
  }
}

TEST(Patterns, EndlessRetryWithAPause) {
  const auto result = explored(connects_in_the_end);
  EXPECT_THAT(result.findings, IsEmpty()) << describe(result);
  EXPECT_THAT(result.notes, testing::Contains(HasSubstr("retries with a delay")));
  EXPECT_THAT(explored(gives_up_silently).findings, violates(surfaces));
}

task<> sends(scheduler& s, int left, bool tells) {
  std::exception_ptr error;
  try {
    co_await s.sleep_for(5ms);
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  if (left > 0) co_return co_await sends(s, left - 1, tells);
  if (tells) std::rethrow_exception(error);
}

TEST(Patterns, RetryThatCallsItself) {
  const auto tells = explored([](scheduler& s) { return sends(s, 2, true); });
  EXPECT_THAT(tells.findings, IsEmpty()) << describe(tells);
  EXPECT_THAT(explored([](scheduler& s) { return sends(s, 0, false); }).findings,
              violates(surfaces));
}

task<> item(scheduler& s) { co_await s.yield(); }

task<> works(scheduler& s, std::exception_ptr& first) {
  for (int i = 0; i < 3; ++i) try {
      co_await item(s);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
}
task<> has_work_done(scheduler& s, bool tells) {
  std::exception_ptr first;
  co_await works(s, first);
  if (tells && first) std::rethrow_exception(first);
}

TEST(Patterns, TheFirstErrorIsKept) {
  const auto tells = explored([](scheduler& s) { return has_work_done(s, true); });
  EXPECT_THAT(tells.findings, IsEmpty()) << describe(tells);
  EXPECT_FALSE(explored([](scheduler& s) { return has_work_done(s, false); }).clean());
}

struct unknown;  // a result may be of a type that is not complete
static_assert(!cofault::detail::holds_exceptions<std::vector<std::shared_ptr<unknown>>>);
static_assert(cofault::detail::holds_exceptions<std::vector<library::outcome>>);
static_assert(!cofault::detail::holds_exceptions<std::vector<library::success>>);

template <class Result>
library::attempt<Result> fetches(scheduler& s) {
  co_await s.yield();
}
template <class Result>
task<> counts(scheduler& s) {
  int failed = 0;
  for (const Result& r : co_await fetches<Result>(s)) failed += r.failed() ? 1 : 0;
  co_await s.yield();
}

TEST(Patterns, AnErrorAsAValueOfTheLibrarysOwnType) {
  const auto kept = explored(counts<library::outcome>);
  EXPECT_THAT(kept.findings, IsEmpty()) << describe(kept);
  EXPECT_THAT(explored(counts<library::success>).findings, violates(surfaces));
}

}  // namespace
