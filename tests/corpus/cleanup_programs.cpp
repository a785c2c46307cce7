// SPDX-License-Identifier: BSL-1.0
#include "cleanup_programs.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <iostream>
#include <utility>
#include <vector>

#include "handling_programs.hpp"

namespace corpus::correct {

awaitable<void> shutdown_errors_commented() {
  co_await fetch(1);
  try {
    co_await pause();  // says good-bye
  } catch (...) {      // cofault: deliberate, the peer may be gone
  }
}

awaitable<void> shutdown_errors_declared() {
  co_await fetch(1);
  try {
    co_await pause();
  } catch (const std::exception&) {  // declared: shutdown
  }
}

awaitable<void> error_accepted_by_predicate() {
  try {
    co_await fetch(1);
  } catch (const system_error& e) {
    if (e.code() != net::error::no_memory) throw;
  }
  co_await pause();
}

awaitable<void> rethrown_after_clean_up() {
  std::exception_ptr error;
  try {
    co_await fetch(1);
  } catch (...) {
    error = std::current_exception();
  }
  co_await pause();
  if (error) std::rethrow_exception(error);
}

static awaitable<void> collect(int key, std::exception_ptr& error) {
  try {
    co_await fetch(key);
  } catch (...) {
    error = std::current_exception();
  }
}

static void finish(std::exception_ptr error) {
  if (error) std::rethrow_exception(std::move(error));
}

awaitable<void> rethrown_elsewhere() {
  std::exception_ptr error;
  co_await collect(1, error);
  co_await pause();
  finish(error);
}

awaitable<void> translated_after_clean_up() {
  bool failed = false;
  try {
    co_await fetch(1);
  } catch (const std::exception&) {
    failed = true;
  }
  co_await pause();
  if (failed) throw service_error("unavailable");
}

awaitable<void> translated_late_and_logged() {
  try {
    co_await translated_after_clean_up();
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
  }
}

// The join of a parallel group that keeps the cause. (Asio's own && keeps the first operand's
// error, which may be the cancellation that followed.)
static awaitable<int> sum_of(int key, int other) {
  const auto executor = co_await net::this_coro::executor;
  const auto [order, first, a, second, b] =
      co_await net::experimental::make_parallel_group(
          net::co_spawn(executor, fetch(key), net::deferred),
          net::co_spawn(executor, fetch(other), net::deferred))
          .async_wait(net::experimental::wait_for_all(), use_awaitable);
  if (first || second) throw net::multiple_exceptions(first ? first : second);
  co_return a + b;
}

awaitable<void> group_rethrown() {
  try {
    co_await sum_of(1, 2);
  } catch (const net::multiple_exceptions& e) {
    std::rethrow_exception(e.first_exception());
  }
}

awaitable<void> group_logged() {
  try {
    co_await sum_of(1, 2);
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
  }
}

awaitable<void> completion_handler(std::function<void(std::exception_ptr)> failed) {
  net::co_spawn(co_await net::this_coro::executor, fetch(1),
                [failed = std::move(failed)](std::exception_ptr error, int) {
                  if (error) failed(error);
                });
  co_await pause();
}

namespace {

class transaction {
 public:
  explicit transaction(int& balance) : balance_(balance), before_(balance) {}
  transaction(const transaction&) = delete;
  ~transaction() {
    if (!committed_) balance_ = before_;
  }
  void commit() { committed_ = true; }

 private:
  int& balance_;
  const int before_;
  bool committed_ = false;
};

class temporary_file {
 public:
  temporary_file() = default;
  temporary_file(const temporary_file&) = delete;
  ~temporary_file() noexcept {
    try {
      if (!closed) throw service_error("the file is gone");
    } catch (const std::exception&) {
    }
  }
  bool closed = false;
};

}  // namespace

awaitable<void> transaction_rolls_back() {
  int balance = 100;
  transaction t(balance);
  balance -= co_await fetch(2);
  co_await pause();
  t.commit();
}

awaitable<void> transaction_of_two() {
  int from = 100, to = 0;
  {
    transaction a(from), b(to);
    const int amount = co_await fetch(2);
    from -= amount;
    co_await pause();
    to += amount;
    a.commit();
    b.commit();
  }
  co_await pause();
}

awaitable<int> nested_with_fallback() {
  try {
    std::optional<int> value;
    try {
      value = co_await fetch(1);
    } catch (const system_error&) {
      // the replica is asked below
    }
    if (!value) value = co_await fetch(1);
    co_await pause();
    co_return *value;
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    throw;
  }
}

awaitable<void> cleaned_by_a_destructor() {
  temporary_file file;
  co_await fetch(1);
  file.closed = true;
}

awaitable<void> destructor_that_catches() {
  try {
    co_await fetch(1);
  } catch (const std::exception& e) {
    const temporary_file report;
    std::cerr << e.what() << '\n';
  }
}

awaitable<void> batch_fails_at_the_end() {
  int failed = 0;
  for (int key = 0; key < 3; ++key) {
    try {
      co_await fetch(key);
    } catch (const std::exception&) {
      ++failed;
    }
  }
  if (failed > 0) throw service_error(std::to_string(failed) + " failed");
}

awaitable<void> errors_logged_at_the_end() {
  std::vector<std::exception_ptr> errors;
  for (int key = 0; key < 3; ++key) {
    try {
      co_await fetch(key);
    } catch (...) {
      errors.push_back(std::current_exception());
    }
  }
  for (const std::exception_ptr& error : errors) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& e) {
      std::cerr << e.what() << '\n';
    }
  }
}

awaitable<void> first_error_kept_other_logged() {
  std::exception_ptr first;
  for (int key = 0; key < 2; ++key) {
    try {
      co_await fetch(key);
    } catch (const std::exception& e) {
      if (first)
        std::cerr << e.what() << '\n';
      else
        first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

awaitable<void> roll_back_may_fail() {
  try {
    co_await fetch(1);
  } catch (...) {
    try {
      throw service_error("nothing to roll back");
    } catch (const service_error&) {
    }
    throw;
  }
}

static awaitable<int> guarded(int& failures, int key) {
  if (failures >= 2) throw service_error("the circuit is open");
  try {
    const int value = co_await fetch(key);
    failures = 0;
    co_return value;
  } catch (...) {
    ++failures;
    throw;
  }
}

awaitable<void> circuit_breaker() {
  int failures = 0;
  for (int key = 0; key < 3; ++key) {
    try {
      co_await guarded(failures, key);
    } catch (const std::exception& e) {
      std::cerr << e.what() << '\n';
    }
  }
}

}  // namespace corpus::correct
