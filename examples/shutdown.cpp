// SPDX-License-Identifier: BSL-1.0
#include "shutdown.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>

namespace closing_time {
namespace {

using namespace std::chrono_literals;
using boost::asio::cancellation_signal;

awaitable<void> pause(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}

template <bool Registered>
awaitable<void> session(server& self, cancellation_signal& stop) {
  struct guard {
    server& where;
    ~guard() { --where.open; }
  };
  ++self.open;
  const guard opened{self};
  co_await pause(2ms);  // the handshake
  if (!Registered) self.sessions.push_back(&stop);
  co_await pause(50ms);  // the conversation
}

template <bool RegistersFirst>
void start_session(std::shared_ptr<server> self) {
  cancellation_signal& stop = self->all.emplace_back();
  if (RegistersFirst) self->sessions.push_back(&stop);
  co_spawn(self->executor, session<RegistersFirst>(*self, stop),
           bind_cancellation_slot(stop.slot(), [self](std::exception_ptr) {}));
}

template <bool RegistersFirst>
awaitable<void> serve_clients(std::shared_ptr<server> self) {
  std::exception_ptr cancelled;
  try {
    for (int client = 0; client < 2; ++client) {
      co_await pause(10ms);
      start_session<RegistersFirst>(self);
    }
    co_await pause(100ms);  // closing time
  } catch (...) {
    cancelled = std::current_exception();
  }
  for (cancellation_signal* stop : self->sessions)
    stop->emit(boost::asio::cancellation_type::terminal);
  if (cancelled) std::rethrow_exception(cancelled);
}

}  // namespace

// The bug: a session is known only after its handshake. Who shuts down before that forgets it.
awaitable<void> forgetful::serve(std::shared_ptr<server> self) {
  return serve_clients<false>(self);
}
awaitable<void> fixed::serve(std::shared_ptr<server> self) { return serve_clients<true>(self); }

}  // namespace closing_time
