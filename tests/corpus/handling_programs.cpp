// SPDX-License-Identifier: BSL-1.0
#include "handling_programs.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstdio>
#include <exception>
#include <iostream>

namespace corpus {

using namespace std::chrono_literals;

awaitable<int> fetch(int key) {
  net::steady_timer latency(co_await net::this_coro::executor, 1ms);
  co_await latency.async_wait(use_awaitable);
  co_return key * 10;
}

awaitable<void> pause() {
  net::steady_timer timer(co_await net::this_coro::executor, 1ms);
  co_await timer.async_wait(use_awaitable);
}

namespace {

awaitable<void> attempt() {
  const int answer = co_await fetch(1);
  if (answer != 10) throw service_error("wrong answer");
}

// Called in a handler: names whatever is being handled.
std::string text_of_current() {
  try {
    throw;
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown";
  }
}

void log_current(const logger& log) {
  try {
    throw;
  } catch (const std::exception& e) {
    log.error(e.what());
  }
}

}  // namespace

namespace correct {

awaitable<void> retry_rethrows_the_last() {
  net::steady_timer timer(co_await net::this_coro::executor, 1ms);
  std::exception_ptr last;
  for (int i = 0; i < 3; ++i) {
    try {
      co_await timer.async_wait(use_awaitable);
      co_return;
    } catch (const std::exception&) {
      last = std::current_exception();
    }
  }
  std::rethrow_exception(last);
}

awaitable<void> retry_in_a_child() {
  for (int left = 3;; --left) {
    try {
      co_await attempt();
      co_return;
    } catch (const system_error&) {
      if (left == 1) throw;
    }
  }
}

awaitable<void> retry_with_back_off() {
  for (int i = 1;; ++i) {
    bool again = false;
    try {
      co_await attempt();
    } catch (...) {
      if (i == 3) throw;
      again = true;
    }
    if (!again) break;
    for (int k = 0; k < i; ++k) co_await pause();
  }
}

awaitable<int> fallback_to_replica() {
  bool failed = false;
  int value = 0;
  try {
    value = co_await fetch(4);
  } catch (const std::exception&) {
    failed = true;
  }
  if (failed) value = co_await fetch(4);
  co_await pause();
  co_return value;
}

awaitable<void> fallback_to_cache(int& cached) {
  try {
    cached = co_await fetch(6);
  } catch (const std::exception&) {
    // the old value will do
  }
  co_await pause();
}

awaitable<void> log_to_cerr() {
  for (int key = 0; key < 3; ++key) {
    try {
      co_await fetch(key);
    } catch (const std::exception& e) {
      std::cerr << "fetch " << key << ": " << e.what() << '\n';
    }
  }
}

awaitable<void> log_by_printf() {
  try {
    co_await attempt();
  } catch (const std::exception& e) {
    std::printf("attempt failed: %s\n", e.what());
  }
}

awaitable<void> log_to_clog() {
  try {
    co_await attempt();
  } catch (...) {
    std::clog << "attempt failed\n";
  }
  co_await pause();
}

awaitable<void> log_to_sink(const logger& log) {
  for (int key = 0; key < 2; ++key) {
    try {
      co_await fetch(key);
    } catch (const std::exception& e) {
      log.error(e.what());
    }
  }
}

awaitable<void> log_in_a_lippincott_function() {
  try {
    co_await attempt();
  } catch (...) {
    std::cerr << text_of_current() << '\n';
  }
}

awaitable<void> sink_in_a_lippincott_function(const logger& log) {
  try {
    co_await attempt();
  } catch (...) {
    log_current(log);
  }
}

awaitable<void> translate() {
  try {
    co_await attempt();
  } catch (const system_error& e) {
    throw service_error(std::string("unavailable: ") + e.what());
  }
}

awaitable<void> translate_nested() {
  try {
    co_await attempt();
  } catch (...) {
    std::throw_with_nested(service_error("unavailable"));
  }
}

awaitable<void> log_and_rethrow() {
  try {
    co_await attempt();
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    throw;
  }
}

awaitable<void> chain_of_handlers() {
  try {
    co_await attempt();
  } catch (const service_error& e) {
    std::cerr << "service: " << e.what() << '\n';
  } catch (const system_error& e) {
    std::cerr << "system: " << e.code() << '\n';
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
  } catch (...) {
    throw;
  }
}

static awaitable<std::optional<int>> try_fetch(int key) {
  try {
    co_return co_await fetch(key);
  } catch (const std::exception&) {
    co_return std::nullopt;
  }
}

awaitable<void> error_as_optional() {
  const std::optional<int> value = co_await try_fetch(2);
  if (!value) std::cerr << "no value\n";
}

static awaitable<std::variant<int, std::exception_ptr>> result_of(int key) {
  try {
    co_return co_await fetch(key);
  } catch (...) {
    co_return std::current_exception();
  }
}

awaitable<void> error_as_variant() {
  const auto result = co_await result_of(3);
  if (result.index() == 1) std::rethrow_exception(std::get<1>(result));
}

static awaitable<bool> reachable() {
  try {
    co_await attempt();
  } catch (const std::exception&) {
    co_return false;
  }
  co_return true;
}

awaitable<void> error_as_bool() {
  const bool up = co_await reachable();
  if (!up) std::cerr << "down\n";
}

static awaitable<error_code> code_of_attempt() {
  try {
    co_await attempt();
    co_return error_code();
  } catch (const system_error& e) {
    co_return e.code();
  }
}

awaitable<void> error_as_code() {
  if (const error_code code = co_await code_of_attempt()) throw system_error(code);
}

// "retry after 30 seconds": there may be a number in it, or not.
static int number_in(const std::string& text) {
  try {
    return std::stoi(text);
  } catch (const std::invalid_argument&) {
    return 1;
  }
}

awaitable<void> number_in_the_error() {
  int seconds = 0;
  try {
    co_await attempt();
  } catch (const std::exception& e) {
    seconds = number_in(e.what());
    std::cerr << "come back in " << seconds << '\n';
  }
}

awaitable<void> error_response(replies& out) {
  std::string reply;
  try {
    reply = "200 " + std::to_string(co_await fetch(7));
  } catch (const std::exception& e) {
    reply = std::string("500 ") + e.what();
  }
  co_await out.async_send(error_code(), reply, use_awaitable);
}

}  // namespace correct
}  // namespace corpus
