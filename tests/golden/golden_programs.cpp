// SPDX-License-Identifier: BSL-1.0
#include "golden_programs.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace golden {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using boost::asio::steady_timer;
using boost::asio::use_awaitable;
namespace this_coro = boost::asio::this_coro;

namespace {

awaitable<void> pause() {
  steady_timer timer(co_await this_coro::executor, 1s);
  co_await timer.async_wait(use_awaitable);
}

struct service {
  explicit service(boost::asio::any_io_executor executor)
      : wake(executor, steady_timer::time_point::max()) {}
  steady_timer wake;
  int served = 0;
  bool asked = false, broken = false;
};

}  // namespace

awaitable<void> correct() { co_await pause(); }

// Whoever should wake it up has failed and said nothing.
awaitable<void> hang() {
  const auto shared = std::make_shared<service>(co_await this_coro::executor);
  try {
    co_await pause();
    shared->asked = true;
  } catch (const std::exception&) {
  }
  boost::system::error_code ec;
  while (!shared->asked)
    co_await shared->wake.async_wait(boost::asio::redirect_error(use_awaitable, ec));
}

awaitable<void> livelock() {
  steady_timer timer(co_await this_coro::executor, 1s);
  for (bool done = false; !done;) {
    try {
      co_await timer.async_wait(use_awaitable);
      done = true;
    } catch (const std::exception&) {
    }
  }
}

awaitable<void> leak() {
  const std::uint32_t lease = cofault::acquired("a lease");
  co_await pause();
  cofault::released(lease);
}

namespace {

awaitable<void> accept_loop(std::shared_ptr<service> self) {
  for (;;) {
    co_await pause();
    ++self->served;
    self->wake.cancel();
  }
}

awaitable<int> ask(std::shared_ptr<service> self) {
  const int before = self->served;
  boost::system::error_code ec;
  while (self->served == before)
    co_await self->wake.async_wait(boost::asio::redirect_error(use_awaitable, ec));
  co_return 42;
}

}  // namespace

awaitable<void> probe_deaf() {
  const auto executor = co_await this_coro::executor;
  const auto self = std::make_shared<service>(executor);
  boost::asio::co_spawn(executor, accept_loop(self), boost::asio::detached);
  cofault::probe([self] { return ask(self); });
}

namespace {

awaitable<int> read_cache(std::shared_ptr<service> self) { co_return self->broken ? 0 : 42; }

}  // namespace

awaitable<void> probe_differs() {
  const auto self = std::make_shared<service>(co_await this_coro::executor);
  cofault::probe([self] { return read_cache(self); });
  self->broken = true;
  co_await pause();
  self->broken = false;
}

awaitable<void> assertion() {
  bool paid = false;
  try {
    co_await pause();
    paid = true;
  } catch (const std::exception&) {
  }
  EXPECT_TRUE(paid) << "the order was lost";
}

awaitable<void> death() {
  try {
    co_await pause();
  } catch (const std::exception&) {
    std::fputs("cannot happen\n", stderr);
    std::abort();
  }
}

awaitable<void> never_awaited() {
  co_await pause();
  static_cast<void>(pause());
}

awaitable<void> frame_alive() {
  co_await pause();
  static_cast<void>(new awaitable<void>(pause()));
}

awaitable<void> cannot_fail() {
  co_await boost::asio::post(co_await this_coro::executor, use_awaitable);
}

}  // namespace golden
