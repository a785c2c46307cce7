// SPDX-License-Identifier: BSL-1.0
// How the tests cancel Asio's coroutines, and what they wait for. Include "net.hpp" first.
#pragma once

#include <chrono>
#include <cofault/cancel.hpp>
#include <cofault/gtest.hpp>
#include <cofault/inject/cancel.hpp>
#include <memory>

#include "asio_support.hpp"
#include "net.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

inline awaitable<void> nap(std::chrono::nanoseconds d = std::chrono::seconds(1)) {
  net::steady_timer timer(co_await net::this_coro::executor, d);
  co_await timer.async_wait(use_awaitable);
}

// Cancels the coroutine function through its slot: at every moment, or at those.
template <class... When>
cofault::exploration cancelled(awaitable<void> (*program)(), When... when) {
  if constexpr (sizeof...(when) == 0)
    return explore(program, cofault::options().inject(cofault::inject::cancel()));
  else
    return explore(program, cofault::options().inject(cofault::inject::cancel({when...})));
}

// What is stopped by a function of its own, as servers are, and not through a slot.
struct service {
  explicit service(const net::any_io_executor& executor) : timer(executor) {}

  void stop() {
    stopping = true;
    timer.cancel();
  }

  bool stopping = false;
  net::steady_timer timer;
};

// What stop() ends, and does not let begin any more.
inline awaitable<void> step(std::shared_ptr<service> mine) {
  if (mine->stopping) throw net::system_error(net::error::operation_aborted);
  mine->timer.expires_after(std::chrono::seconds(1));
  co_await mine->timer.async_wait(use_awaitable);
}

// Explores the coroutine function, which gets what `Service` is made of; it is stopped by stop().
template <class Service = service>
cofault::exploration stopped(net::awaitable<void> (*program)(std::shared_ptr<Service>),
                             const cofault::options& how) {
  return cofault::explore(
      [program](auto executor) {
        const auto made = std::make_shared<Service>(executor);
        // Who stops it must not keep it: its timer belongs to the world.
        cofault::on_cancel([mine = std::weak_ptr(made)] {
          if (const auto running = mine.lock()) running->stop();
        });
        return program(made);
      },
      how);
}

}  // namespace support
