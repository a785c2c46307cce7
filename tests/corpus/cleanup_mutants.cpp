// SPDX-License-Identifier: BSL-1.0
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/this_coro.hpp>
#include <exception>
#include <iostream>

#include "handling_mutants.hpp"

namespace corpus::mutant {

awaitable<void> stored_never_rethrown() {
  std::exception_ptr error;
  try {
    co_await fetch(1);
  } catch (...) {  // guilty: stored_never_rethrown
    error = std::current_exception();
  }
  co_await pause();
}

awaitable<void> first_of_two_kept() {
  std::exception_ptr first, second;
  try {
    co_await fetch(1);
  } catch (...) {
    first = std::current_exception();
  }
  try {
    co_await pause();
  } catch (...) {  // guilty: first_of_two_kept
    second = std::current_exception();
  }
  if (first) std::rethrow_exception(first);
}

awaitable<void> clean_up_eats_the_primary() {
  std::exception_ptr error;
  try {
    co_await fetch(1);
  } catch (...) {
    error = std::current_exception();
  }
  try {
    co_await pause();
    if (error) std::rethrow_exception(error);
  } catch (...) {  // guilty: clean_up_eats_the_primary
  }
}

static awaitable<void> translating_late() {
  std::string why;
  try {
    co_await fetch(1);
  } catch (const std::exception& e) {
    why = e.what();
  }
  if (why.empty()) co_return;
  co_await pause();
  throw service_error(why);
}

awaitable<void> late_translation_swallowed() {
  try {
    co_await translating_late();
  } catch (const service_error&) {  // guilty: late_translation_swallowed
  }
}

static awaitable<void> both() {
  const auto executor = co_await net::this_coro::executor;
  const auto [order, first, a, second, b] =
      co_await net::experimental::make_parallel_group(
          net::co_spawn(executor, fetch(1), net::deferred),
          net::co_spawn(executor, fetch(2), net::deferred))
          .async_wait(net::experimental::wait_for_all(), use_awaitable);
  if (first || second) throw net::multiple_exceptions(first ? first : second);
}

awaitable<void> group_swallowed() {
  try {
    co_await both();
  } catch (const net::multiple_exceptions&) {  // guilty: group_swallowed
  }
}

awaitable<void> roll_back_without_rethrow() {
  int balance = 10;
  const int before = balance;
  try {
    balance -= co_await fetch(1);
  } catch (...) {  // guilty: roll_back_without_rethrow
    balance = before;
  }
  co_await pause();
}

awaitable<void> nobody_hears() {
  const auto executor = co_await net::this_coro::executor;
  net::co_spawn(executor, fetch(1), [](std::exception_ptr, int) {});
  net::co_spawn(executor, fetch(2), net::detached);  // guilty: nobody_hears
  co_await pause();
}

awaitable<void> outer_handler_empty() {
  try {
    try {
      co_await fetch(1);
    } catch (const std::exception&) {
      throw;
    }
  } catch (...) {  // guilty: outer_handler_empty
  }
}

awaitable<void> batch_never_counted() {
  int failed = 0;
  for (int key = 0; key < 2; ++key) {
    try {
      co_await fetch(key);
    } catch (const std::exception&) {  // guilty: batch_never_counted
      ++failed;
    }
  }
  if (failed == 2) throw service_error("all failed");
}

}  // namespace corpus::mutant
