// SPDX-License-Identifier: BSL-1.0
#include "join_programs.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

#include "corpus_a.hpp"

namespace corpus::joins {

using namespace boost::asio::experimental::awaitable_operators;
using boost::asio::experimental::make_parallel_group;
using boost::asio::experimental::wait_for_all;
using boost::asio::experimental::wait_for_one_success;

namespace right {

namespace {

// An error is not what its caller should see as a timeout.
awaitable<std::string> read_line(inbox& lines) {
  auto [error, line] = co_await lines.async_receive(as_tuple(use_awaitable));
  if (error == boost::asio::experimental::error::channel_cancelled) throw system_error(error);
  if (error) std::clog << "read: " << error.message() << '\n';
  co_return line;
}

}  // namespace

awaitable<void> read_or_timeout() {
  inbox lines(co_await this_coro::executor, 1);
  steady_timer patience(co_await this_coro::executor, 1s);
  lines.try_send(error_code(), "hello");
  const auto first = co_await (lines.async_receive(as_tuple(use_awaitable)) ||
                               patience.async_wait(as_tuple(use_awaitable)));
  if (first.index() == 1) std::clog << "timed out\n";
}

awaitable<void> timeout_wins() {
  inbox lines(co_await this_coro::executor, 1);
  steady_timer patience(co_await this_coro::executor, 1s);
  const auto first = co_await (read_line(lines) || patience.async_wait(as_tuple(use_awaitable)));
  if (first.index() == 1) std::clog << "timed out\n";
}

awaitable<void> read_and_deadline() {
  inbox lines(co_await this_coro::executor, 1);
  lines.try_send(error_code(), "hello");
  steady_timer settle(co_await this_coro::executor, 10ms);
  const auto line = co_await (read_line(lines) && settle.async_wait(use_awaitable));
  if (line.empty()) throw std::runtime_error("nothing was read");
}

// When the second fails first, Asio throws multiple_exceptions for the two.
awaitable<void> both_needed() { co_await (pause(5s) && fetch(1s)); }

awaitable<void> first_mirror() {
  const auto executor = co_await this_coro::executor;
  const auto [order, near, a, far, b] =
      co_await make_parallel_group(co_spawn(executor, fetch(1ms), deferred),
                                   co_spawn(executor, fetch(5ms), deferred))
          .async_wait(wait_for_one_success(), use_awaitable);
  log("near", near);
  log("far", far);
  if (near && far) std::rethrow_exception(near);
}

awaitable<void> all_replicas() {
  const auto executor = co_await this_coro::executor;
  const auto [order, first, second] =
      co_await make_parallel_group(co_spawn(executor, pause(1ms), deferred),
                                   co_spawn(executor, pause(5ms), deferred))
          .async_wait(wait_for_all(), use_awaitable);
  if (first && second) log("second replica", second);
  if (first) std::rethrow_exception(first);
  if (second) std::rethrow_exception(second);
}

awaitable<void> handler_ignores() {
  const auto executor = co_await this_coro::executor;
  co_spawn(executor, pause(1ms), [](std::exception_ptr) { /* best effort, on purpose */ });
  co_await pause(5ms);
}

awaitable<void> handler_logs() {
  const auto executor = co_await this_coro::executor;
  co_spawn(executor, pause(1ms), [](std::exception_ptr failure) { log("refresh", failure); });
  co_await pause(5ms);
}

awaitable<void> handler_stores() {
  const auto executor = co_await this_coro::executor;
  const auto failure = std::make_shared<std::exception_ptr>();
  co_spawn(executor, fetch(1ms), [failure](std::exception_ptr e, int) { *failure = e; });
  co_await pause(5ms);
  if (*failure) std::rethrow_exception(*failure);
}

awaitable<void> spawned_and_awaited() {
  const auto strand = boost::asio::make_strand(co_await this_coro::executor);
  const int got = co_await co_spawn(strand, fetch(1ms), use_awaitable);
  if (got != 7) throw std::logic_error("not what was sent");
}

awaitable<void> named_and_awaited_later() {
  auto later = fetch(1ms);
  co_await pause(5ms);
  const int got = co_await std::move(later);
  if (got != 7) throw std::logic_error("not what was sent");
}

awaitable<void> fan_out() {
  const auto executor = co_await this_coro::executor;
  const auto done = std::make_shared<outcomes>(executor, 3);
  for (int i = 0; i < 3; ++i)
    co_spawn(executor, fetch(i * 1ms),
             [done](std::exception_ptr failure, int) { done->try_send(failure); });
  for (int i = 0; i < 3; ++i) co_await done->async_receive(use_awaitable);
}

awaitable<void> heartbeat() {
  const auto executor = co_await this_coro::executor;
  const auto beat = std::make_shared<steady_timer>(executor);
  const auto beating = [beat]() -> awaitable<void> {
    for (;;) {
      beat->expires_after(1s);
      co_await beat->async_wait(use_awaitable);
    }
  };
  co_spawn(executor, beating, [](std::exception_ptr failure) { log("heartbeat", failure); });
  std::exception_ptr failure;
  try {
    co_await pause(3500ms);
  } catch (...) {
    failure = std::current_exception();
  }
  beat->cancel();
  if (failure) std::rethrow_exception(failure);
}

// A handler cannot await: the exception waits until the clean-up is done.
awaitable<void> kept_over_cleanup() {
  std::exception_ptr failure;
  try {
    co_await pause(1s);
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    co_await pause(1ms);
  } catch (const std::exception& e) {
    std::clog << "clean-up: " << e.what() << '\n';
  }
  if (failure) std::rethrow_exception(failure);
}

awaitable<void> shown_later() {
  std::exception_ptr failure;
  try {
    co_await fetch(1s);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await boost::asio::post(use_awaitable);
  log("fetch", failure);
}

awaitable<void> translating() {
  try {
    co_await fetch(1s);
  } catch (const boost::system::system_error& e) {
    std::throw_with_nested(std::runtime_error("the upstream did not answer"));
  }
}

namespace {

awaitable<bool> reachable() {
  try {
    co_await pause(1ms);
  } catch (const std::exception&) {
    co_return false;
  }
  co_return true;
}

}  // namespace

awaitable<void> error_as_value() {
  const bool up = co_await reachable();
  if (!up) std::clog << "going on without it\n";
}

awaitable<void> bounded_retry() {
  for (int attempt = 1;; ++attempt) {
    try {
      co_await pause(1ms);
      co_return;
    } catch (const std::exception&) {
      if (attempt == 3) throw;
    }
  }
}

}  // namespace right
}  // namespace corpus::joins
