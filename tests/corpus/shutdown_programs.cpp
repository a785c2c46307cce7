// SPDX-License-Identifier: BSL-1.0
#include "shutdown_programs.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <list>
#include <vector>

namespace corpus::shutdowns {
namespace {

using namespace boost::asio::experimental::awaitable_operators;
using boost::asio::cancellation_signal;
using boost::asio::cancellation_type;

bool is_abort(const system_error& e) {
  return e.code() == boost::asio::error::operation_aborted ||
         e.code() == boost::asio::experimental::error::channel_cancelled;
}

struct shutting_down : std::runtime_error {
  shutting_down() : runtime_error("shutting down") {}
};

awaitable<void> serve(int requests = 3) {
  for (int i = 0; i < requests; ++i) co_await pause(5ms);
}

}  // namespace

awaitable<void> ends_on_abort() {
  try {
    co_await serve();
  } catch (const system_error& e) {
    if (is_abort(e)) co_return;
    throw;
  }
}

awaitable<void> rethrows_all_else() {
  try {
    co_await serve();
  } catch (const system_error& e) {
    if (e.code() != boost::asio::error::operation_aborted) throw;
  }
}

// What has begun to be written is written to its end.
awaitable<void> commits_undisturbed() {
  co_await pause(1ms);
  co_await this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  co_await pause(2ms);
  co_await pause(2ms);
  co_await this_coro::reset_cancellation_state();
  co_await pause(1ms);
}

awaitable<void> shielded_clean_up() {
  std::exception_ptr failed;
  try {
    co_await serve();
  } catch (...) {
    failed = std::current_exception();
  }
  co_await this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  co_await pause(2ms);  // says goodbye
  if (failed) std::rethrow_exception(failed);
}

namespace {

struct crew {
  explicit crew(any_io_executor executor) : ended(executor, 8) {}
  std::list<cancellation_signal> stops;
  outcomes ended;
};

awaitable<void> worker() {
  for (int i = 0; i < 10; ++i) co_await pause(5ms);
}

}  // namespace

awaitable<void> stop_and_join() {
  const auto executor = co_await this_coro::executor;
  const auto team = std::make_shared<crew>(executor);
  for (int i = 0; i < 2; ++i)
    co_spawn(executor, worker(),
             boost::asio::bind_cancellation_slot(
                 team->stops.emplace_back().slot(),
                 [team](std::exception_ptr) { team->ended.try_send(std::exception_ptr()); }));
  std::exception_ptr failed;
  try {
    co_await pause(20ms);
  } catch (...) {
    failed = std::current_exception();
  }
  for (cancellation_signal& stop : team->stops) stop.emit(cancellation_type::terminal);
  co_await this_coro::reset_cancellation_state(boost::asio::disable_cancellation());
  for (int i = 0; i < 2; ++i) co_await team->ended.async_receive(use_awaitable);
  if (failed) std::rethrow_exception(failed);
}

awaitable<void> finaliser_ignores_codes() {
  std::exception_ptr failed;
  try {
    co_await serve();
  } catch (...) {
    failed = std::current_exception();
  }
  co_await this_coro::throw_if_cancelled(false);
  error_code ignored;
  steady_timer flush(co_await this_coro::executor, 1ms);
  co_await flush.async_wait(redirect_error(use_awaitable, ignored));
  if (failed) std::rethrow_exception(failed);
}

awaitable<void> codes_end_the_loop() {
  steady_timer tick(co_await this_coro::executor);
  for (int i = 0; i < 3; ++i) {
    tick.expires_after(5ms);
    const auto [failed] = co_await tick.async_wait(as_tuple(use_awaitable));
    if (failed) co_return;
  }
}

awaitable<void> redirected_code_ends_the_loop() {
  steady_timer tick(co_await this_coro::executor);
  error_code failed;
  for (int i = 0; i < 3 && !failed; ++i) {
    tick.expires_after(5ms);
    co_await tick.async_wait(redirect_error(use_awaitable, failed));
  }
}

awaitable<void> asks_the_state() {
  co_await this_coro::throw_if_cancelled(false);
  const auto state = co_await this_coro::cancellation_state;
  steady_timer tick(co_await this_coro::executor);
  error_code ignored;
  for (int i = 0; i < 3 && state.cancelled() == cancellation_type::none; ++i) {
    tick.expires_after(5ms);
    co_await tick.async_wait(redirect_error(use_awaitable, ignored));
  }
}

awaitable<void> within_time() { co_await (serve() && pause(1ms)); }

awaitable<void> both_or_nothing() {
  const auto [a, b] = co_await (fetch(2ms) && fetch(3ms));
  co_await pause(a + b > 0 ? 1ms : 2ms);
}

awaitable<void> guards_only() {
  struct guard {
    std::shared_ptr<int> open = std::make_shared<int>(1);
    ~guard() { *open = 0; }
  } const connected;
  co_await serve();
}

awaitable<void> logs_and_rethrows() {
  try {
    co_await serve();
  } catch (...) {
    log("serve", std::current_exception());
    throw;
  }
}

awaitable<void> translates_at_the_boundary() {
  try {
    co_await serve();
  } catch (const system_error& e) {
    if (!is_abort(e)) throw;
    throw shutting_down();
  }
}

awaitable<void> nests_at_the_boundary() {
  try {
    co_await serve();
  } catch (...) {
    std::throw_with_nested(shutting_down());
  }
}

namespace {

awaitable<void> session(std::shared_ptr<inbox> lines) {
  try {
    for (;;) co_await lines->async_receive(use_awaitable);
  } catch (const system_error& e) {
    if (!is_end(e.code())) log("session", std::current_exception());
  }
}

struct sessions {
  std::vector<std::shared_ptr<inbox>> all;
  ~sessions() {
    for (const auto& lines : all) lines->close();
  }
};

}  // namespace

awaitable<void> sessions_close_with_their_server() {
  const auto executor = co_await this_coro::executor;
  sessions open;
  for (int i = 0; i < 2; ++i) {
    open.all.push_back(std::make_shared<inbox>(executor, 4));
    co_spawn(executor, session(open.all.back()), detached);
    co_await pause(5ms);
  }
}

awaitable<void> drains_what_is_there() {
  const auto executor = co_await this_coro::executor;
  inbox queue(executor, 8);
  int done = 0;
  for (int i = 0; i < 3; ++i) queue.try_send(error_code(), "job");
  try {
    co_await pause(5ms);
  } catch (const system_error& e) {
    if (!is_abort(e)) throw;
  }
  while (queue.try_receive([&](error_code, const std::string&) { ++done; })) {
  }
}

awaitable<void> retries_errors_only() {
  for (int attempt = 1;; ++attempt) {
    try {
      co_await pause(2ms);
      co_return;
    } catch (const system_error& e) {
      if (is_abort(e) || attempt == 3) throw;
    }
    co_await pause(1ms);
  }
}

awaitable<void> retries_three_times() {
  for (int attempt = 1;; ++attempt) {
    try {
      co_await pause(2ms);
      co_return;
    } catch (const std::exception&) {
      if (attempt == 3) throw;
    }
  }
}

namespace {

awaitable<void> beats(std::shared_ptr<cancellation_signal>) {
  try {
    for (;;) co_await pause(3ms);
  } catch (const system_error& e) {
    if (!is_abort(e)) log("heartbeat", std::current_exception());
  }
}

}  // namespace

awaitable<void> heartbeat_beside_the_work() {
  const auto executor = co_await this_coro::executor;
  const auto stop = std::make_shared<cancellation_signal>();
  co_spawn(executor, beats(stop),
           boost::asio::bind_cancellation_slot(stop->slot(), [stop](std::exception_ptr) {}));
  struct guard {
    std::shared_ptr<cancellation_signal> what;
    ~guard() { what->emit(cancellation_type::terminal); }
  } const at_the_end{stop};
  co_await serve();
}

awaitable<void> kept_until_the_end() {
  std::exception_ptr first;
  for (int part = 0; part < 3; ++part) {
    try {
      co_await pause(2ms);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

awaitable<void> answers_nothing_more() {
  bool up = true;
  while (up) {
    try {
      co_await serve(2);
      up = false;
    } catch (const system_error& e) {
      if (!is_abort(e)) throw;
      up = false;
    }
  }
}

}  // namespace corpus::shutdowns
