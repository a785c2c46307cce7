// SPDX-License-Identifier: BSL-1.0
#include "handling_mutants.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <iostream>

namespace corpus::mutant {

using namespace std::chrono_literals;

awaitable<void> empty_catch() {
  try {
    co_await fetch(1);
  } catch (...) {  // guilty: empty_catch
  }
}

awaitable<void> empty_typed_catch() {
  try {
    co_await fetch(1);
  } catch (const std::exception&) {  // guilty: empty_typed_catch
    co_return;
  }
  co_await pause();
}

awaitable<void> retry_gives_up() {
  net::steady_timer timer(co_await net::this_coro::executor, 1ms);
  for (int i = 0; i < 3; ++i) {
    try {
      co_await timer.async_wait(use_awaitable);
      co_return;
    } catch (const system_error&) {  // guilty: retry_gives_up
    }
  }
}

awaitable<void> retry_forgets_the_last() {
  net::steady_timer timer(co_await net::this_coro::executor, 1ms);
  std::exception_ptr last;
  for (int i = 0; i < 3; ++i) {
    try {
      co_await timer.async_wait(use_awaitable);
      break;
    } catch (...) {  // guilty: retry_forgets_the_last
      last = std::current_exception();
    }
  }
}

awaitable<void> fallback_does_nothing() {
  [[maybe_unused]] int value = 0;
  try {
    value = co_await fetch(4);
  } catch (const std::exception&) {  // guilty: fallback_does_nothing
    value = -1;
  }
  co_await pause();
}

static awaitable<void> refresh(int& cached) {
  try {
    cached = co_await fetch(6);
  } catch (const std::exception&) {  // guilty: stale_cache
  }
}

awaitable<void> stale_cache() {
  int cached = 5;
  co_await refresh(cached);
  co_await pause();
}

awaitable<void> log_removed() {
  for (int key = 0; key < 3; ++key) {
    try {
      co_await fetch(key);
    } catch (const std::exception&) {  // guilty: log_removed
    }
  }
}

awaitable<void> logger_without_sink() {
  const logger log;
  try {
    co_await fetch(1);
  } catch (const std::exception& e) {  // guilty: logger_without_sink
    log.error(e.what());
  }
}

awaitable<void> flag_never_read() {
  bool failed = false;
  try {
    co_await fetch(1);
  } catch (...) {  // guilty: flag_never_read
    failed = true;
  }
  static_cast<void>(failed);
  co_await pause();
}

awaitable<void> message_never_sent() {
  std::string message;
  try {
    co_await fetch(1);
  } catch (const std::exception& e) {  // guilty: message_never_sent
    message = e.what();
  }
}

awaitable<void> translation_swallowed() {
  try {
    try {
      co_await fetch(1);
    } catch (const system_error& e) {
      throw service_error(e.what());
    }
  } catch (const service_error&) {  // guilty: translation_swallowed
  }
}

static awaitable<void> nesting() {
  try {
    co_await fetch(1);
  } catch (...) {
    std::throw_with_nested(service_error("unavailable"));
  }
}

awaitable<void> nested_lost() {
  try {
    co_await nesting();
  } catch (const service_error&) {  // guilty: nested_lost
  }
}

awaitable<void> rethrow_removed() {
  try {
    co_await fetch(1);
  } catch (const service_error&) {
    throw;
  } catch (const system_error&) {  // guilty: rethrow_removed
  }
}

awaitable<void> filter_without_rethrow() {
  try {
    co_await fetch(1);
  } catch (const system_error& e) {  // guilty: filter_without_rethrow
    if (e.code() == net::error::connection_reset) std::cerr << "reset by peer\n";
  }
}

awaitable<void> generic_handler_empty() {
  try {
    co_await fetch(1);
  } catch (const service_error& e) {
    std::cerr << e.what() << '\n';
  } catch (const std::invalid_argument&) {
    throw;
  } catch (...) {  // guilty: generic_handler_empty
  }
}

static awaitable<void> guarded(int& failures) {
  try {
    co_await fetch(1);
    failures = 0;
  } catch (...) {  // guilty: breaker_without_rethrow
    ++failures;
  }
}

awaitable<void> breaker_without_rethrow() {
  int failures = 0;
  co_await guarded(failures);
  if (failures >= 2) throw service_error("the circuit is open");
}

static awaitable<void> look_up(std::optional<int>& out) {
  try {
    out = co_await fetch(1);
  } catch (const std::exception&) {  // guilty: replaced
  }
}

awaitable<void> replaced() {
  std::optional<int> value;
  co_await look_up(value);
  if (!value) throw service_error("not found");
}

using socket = net::local::stream_protocol::socket;

static awaitable<void> greet(socket& peer) {
  const auto [code, size] =
      co_await net::async_write(peer, net::buffer("hello"), net::as_tuple(use_awaitable));
  if (code) throw system_error(code);
}

awaitable<void> code_thrown_and_swallowed() {
  socket here(co_await net::this_coro::executor), there(here.get_executor());
  net::local::connect_pair(here, there);
  try {
    co_await greet(here);
  } catch (const system_error&) {  // guilty: code_thrown_and_swallowed
  }
}

static error_code code_of_current() {
  try {
    throw;
  } catch (const system_error& e) {
    return e.code();
  }
}

awaitable<void> lippincott_drops() {
  try {
    co_await fetch(1);
  } catch (...) {  // guilty: lippincott_drops
    code_of_current();
  }
}

}  // namespace corpus::mutant
