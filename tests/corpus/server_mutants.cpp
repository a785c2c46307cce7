// SPDX-License-Identifier: BSL-1.0
#include "corpus_a.hpp"
#include "server_programs.hpp"

namespace corpus::servers {
namespace lossy {

namespace {

awaitable<void> narrow_session(connection_ptr client) {
  try {
    co_await handle(client);
  } catch (const system_error& e) {  // guilty: session_hides_all_but_eof
    if (is_end(e.code())) std::clog << "the client left\n";
  }
}

}  // namespace

awaitable<void> detached_session() {
  const auto client = co_await connect();
  co_spawn(co_await this_coro::executor, handle(client), detached);  // guilty: detached_session
  co_await pause(1s);
}

awaitable<void> session_hides_all_but_eof() {
  co_spawn(co_await this_coro::executor, narrow_session(co_await connect()), detached);
  co_await pause(1s);
}

awaitable<void> quiet_accept_loop() {
  for (int accepted = 0; accepted < 3; ++accepted) {
    const auto client = co_await connect();
    try {
      co_await answer(*client, "GET /");
    } catch (const std::exception&) {  // guilty: quiet_accept_loop
      continue;
    }
    client->out.close();
  }
}

namespace {

awaitable<void> slow_writer(connection_ptr client) {
  for (;;) {
    const auto text = co_await client->out.async_receive(use_awaitable);
    co_await pause(1ms);
    if (text.empty()) co_return;
  }
}

}  // namespace

awaitable<void> writer_dies() {
  const auto client = co_await connect();
  const auto executor = co_await this_coro::executor;
  co_spawn(executor, slow_writer(client), detached);  // guilty: writer_dies
  co_await answer(*client, "GET /");
  co_await pause(1s);
  client->out.close();
}

namespace {

awaitable<void> quietly_produce(std::shared_ptr<inbox> items) {
  try {
    co_await pause(1ms);
    co_await items->async_send(error_code(), "a", use_awaitable);
  } catch (...) {  // guilty: quiet_producer
  }
  items->close();
}

}  // namespace

awaitable<void> quiet_producer() {
  const auto executor = co_await this_coro::executor;
  const auto items = std::make_shared<inbox>(executor, 1);
  co_spawn(executor, quietly_produce(items), detached);
  for (;;) {
    const auto [end, item] = co_await items->async_receive(as_tuple(use_awaitable));
    if (end) break;
  }
}

awaitable<void> shutdown_forgets() {
  const auto executor = co_await this_coro::executor;
  const auto ended = std::make_shared<outcomes>(executor, 2);
  for (int i = 0; i < 2; ++i)
    co_spawn(executor, pause(1s), [ended](std::exception_ptr e) { ended->try_send(e); });
  for (int i = 0; i < 2; ++i) {
    try {
      co_await ended->async_receive(use_awaitable);
      co_await pause(1ms);  // for its last words
    } catch (...) {  // guilty: shutdown_forgets
    }
  }
}

awaitable<void> drained_quietly() {
  const auto client = co_await connect();
  for (bool open = true; open;) {
    try {
      co_await answer(*client, co_await client->in.async_receive(use_awaitable));
    } catch (const system_error& e) {  // guilty: drained_quietly
      open = e.code() == boost::asio::error::try_again;
    }
  }
}

namespace {

awaitable<void> add(int& total) {
  try {
    co_await pause(1ms);
    ++total;
  } catch (const std::exception&) {  // guilty: strand_swallows
    total = 0;
  }
}

}  // namespace

awaitable<void> strand_swallows() {
  int total = 0;
  const auto strand = boost::asio::make_strand(co_await this_coro::executor);
  co_await co_spawn(strand, add(total), use_awaitable);
  co_await co_spawn(strand, add(total), use_awaitable);
}

awaitable<void> waiter_wakes_anyway() {
  steady_timer changed(co_await this_coro::executor, 5s);
  try {
    co_await changed.async_wait(use_awaitable);
  } catch (const system_error&) {  // guilty: waiter_wakes_anyway
    // "somebody cancelled the timer, so it has changed"
  }
  co_await pause(1ms);
}

// The exception of the clean-up goes on in place of the one that made it necessary.
awaitable<void> cleanup_hides() {
  const auto client = co_await connect();
  client->out.close();
  bool failed = false;
  try {
    co_await pause(1ms);
  } catch (...) {  // guilty: cleanup_hides
    failed = true;
  }
  if (failed) co_await client->out.async_send(error_code(), "500", as_tuple(use_awaitable));
}

}  // namespace lossy
}  // namespace corpus::servers
