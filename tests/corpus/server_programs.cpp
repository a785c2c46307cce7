// SPDX-License-Identifier: BSL-1.0
#include "server_programs.hpp"

#include "corpus_a.hpp"

namespace corpus::servers {
namespace right {

namespace {

// Logs every error; the end of the stream goes on to whoever spawned it.
awaitable<void> echo(connection_ptr client) {
  try {
    for (;;) {
      std::string request = co_await client->in.async_receive(use_awaitable);
      co_await client->out.async_send(error_code(), std::move(request), use_awaitable);
    }
  } catch (const system_error& e) {
    if (is_end(e.code())) throw;
    std::clog << "session: " << e.what() << '\n';
  }
}

awaitable<void> logging_session(connection_ptr client) {
  try {
    co_await handle(client);
  } catch (const system_error& e) {
    if (!is_end(e.code())) std::cerr << "session: " << e.what() << '\n';
  } catch (const std::exception& e) {
    std::cerr << "session: " << e.what() << '\n';
  }
}

}  // namespace

awaitable<void> eof_ends_a_session() {
  co_spawn(co_await this_coro::executor, echo(co_await connect()), detached);
  co_await pause(1s);
}

awaitable<void> session_logs_all_but_eof() {
  co_spawn(co_await this_coro::executor, logging_session(co_await connect()), detached);
  co_await pause(1s);
}

// A client that fails is no reason to turn away the next one.
awaitable<void> accept_loop() {
  for (int accepted = 0; accepted < 3; ++accepted) {
    try {
      const auto client = co_await connect();
      const auto request = co_await client->in.async_receive(use_awaitable);
      co_await answer(*client, request);
    } catch (const std::exception& e) {
      std::cerr << "client " << accepted << ": " << e.what() << '\n';
    }
  }
}

namespace {

awaitable<void> write_all(connection_ptr client) {
  try {
    for (;;) {
      const auto text = co_await client->out.async_receive(use_awaitable);
      if (text.empty()) throw std::logic_error("an empty answer");
    }
  } catch (const std::exception& e) {
    const auto* error = dynamic_cast<const system_error*>(&e);
    if (error != nullptr && is_end(error->code())) throw;
    std::clog << "writer: " << e.what() << '\n';
  }
}

}  // namespace

awaitable<void> writer_ends_with_its_session() {
  const auto client = co_await connect();
  co_spawn(co_await this_coro::executor, write_all(client), detached);
  std::exception_ptr failure;
  try {
    co_await handle(client);
  } catch (const system_error& e) {
    if (!is_end(e.code())) failure = std::current_exception();
  }
  client->out.close();
  if (failure) std::rethrow_exception(failure);
}

namespace {

awaitable<void> produce(std::shared_ptr<inbox> items) {
  for (const char* item : {"a", "b", "c"}) {
    co_await pause(1ms);
    co_await items->async_send(error_code(), item, use_awaitable);
  }
}

}  // namespace

awaitable<void> producer_consumer() {
  const auto executor = co_await this_coro::executor;
  const auto items = std::make_shared<inbox>(executor, 1);
  const auto failure = std::make_shared<std::exception_ptr>();
  co_spawn(executor, produce(items), [=](std::exception_ptr e) {
    *failure = e;
    items->close();
  });
  std::string all;
  for (;;) {
    const auto [end, item] = co_await items->async_receive(as_tuple(use_awaitable));
    if (end) break;
    all += item;
  }
  if (*failure) std::rethrow_exception(*failure);
}

namespace {

awaitable<void> work(std::shared_ptr<bool> stopping) {
  while (!*stopping) co_await pause(1s);
}

}  // namespace

awaitable<void> graceful_shutdown() {
  const auto executor = co_await this_coro::executor;
  const auto stopping = std::make_shared<bool>(false);
  const auto ended = std::make_shared<outcomes>(executor, 2);
  for (int i = 0; i < 2; ++i)
    co_spawn(executor, work(stopping), [ended](std::exception_ptr e) { ended->try_send(e); });
  std::exception_ptr failure;
  try {
    co_await pause(2500ms);
  } catch (...) {
    failure = std::current_exception();
  }
  *stopping = true;
  for (int i = 0; i < 2; ++i) {
    try {
      co_await ended->async_receive(use_awaitable);
    } catch (const std::exception& e) {
      std::clog << "a worker failed: " << e.what() << '\n';
    }
  }
  if (failure) std::rethrow_exception(failure);
}

awaitable<void> code_loop() {
  const auto client = co_await connect();
  for (;;) {
    auto [end, request] = co_await client->in.async_receive(as_tuple(use_awaitable));
    if (end) break;
    const auto [failed] =
        co_await client->out.async_send(error_code(), request, as_tuple(use_awaitable));
    if (failed) break;
  }
}

awaitable<void> redirected_loop() {
  const auto client = co_await connect();
  error_code error;
  for (;;) {
    const auto got = co_await client->in.async_receive(redirect_error(use_awaitable, error));
    if (error) break;
    co_await client->out.async_send(error_code(), got, redirect_error(use_awaitable, error));
    if (error) throw system_error(error, "answer");
  }
}

namespace {

awaitable<void> deposit(int& balance) {
  const int before = balance;
  co_await pause(1ms);
  balance = before + 1;
}

}  // namespace

awaitable<void> behind_a_strand() {
  int balance = 0;
  const auto strand = boost::asio::make_strand(co_await this_coro::executor);
  co_await co_spawn(strand, deposit(balance), use_awaitable);
  co_await co_spawn(strand, deposit(balance), use_awaitable);
  if (balance != 2) throw std::logic_error("lost money");
}

awaitable<void> condition() {
  const auto executor = co_await this_coro::executor;
  const auto ready = std::make_shared<bool>(false);
  const auto changed = std::make_shared<steady_timer>(executor, steady_timer::time_point::max());
  co_spawn(executor, pause(1s), [=](std::exception_ptr failure) {
    log("loading", failure);
    *ready = true;
    changed->cancel();
  });
  error_code ignored;
  while (!*ready) co_await changed->async_wait(redirect_error(use_awaitable, ignored));
}

namespace {

awaitable<void> logged_answer(connection& client) {
  try {
    co_await answer(client, "GET /");
  } catch (const std::exception& e) {
    std::cerr << "answer: " << e.what() << '\n';
    throw;
  }
}

}  // namespace

// What was logged below may end a session without another word.
awaitable<void> logged_below() {
  const auto client = co_await connect();
  try {
    co_await logged_answer(*client);
  } catch (const std::exception&) {
  }
  client->out.close();
}

awaitable<void> cancelled_reader() {
  const auto executor = co_await this_coro::executor;
  const auto idle = std::make_shared<inbox>(executor, 1);
  // It must outlive what it can cancel, also where this coroutine is cancelled itself.
  const auto stop = std::make_shared<boost::asio::cancellation_signal>();
  const auto reader = [idle]() -> awaitable<void> {
    try {
      co_await idle->async_receive(use_awaitable);
    } catch (const system_error& e) {
      if (!is_end(e.code())) std::clog << "reader: " << e.what() << '\n';
    }
  };
  co_spawn(executor, reader,
           boost::asio::bind_cancellation_slot(stop->slot(), [stop](std::exception_ptr) {}));
  co_await boost::asio::post(executor, use_awaitable);
  stop->emit(boost::asio::cancellation_type::terminal);
  co_await boost::asio::post(executor, use_awaitable);
}

}  // namespace right
}  // namespace corpus::servers
