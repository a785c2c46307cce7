// SPDX-License-Identifier: BSL-1.0
// The fates in programs of Asio's coroutines.
#pragma once

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "asio_joins.hpp"
#include "fates.hpp"
#include "net.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

inline net::awaitable<void> pause(std::chrono::milliseconds time) {
  net::steady_timer timer(co_await net::this_coro::executor, time);
  co_await timer.async_wait(net::use_awaitable);
}
inline net::awaitable<void> step() { return pause(std::chrono::milliseconds(1)); }

struct asio_world {
  template <class T = void>
  using task = net::awaitable<T>;

  task<> step() const { return support::step(); }

  template <class Task>
  static cofault::driver_factory factory(Task (*program)(asio_world)) {
    return factory_of([program] { return program(asio_world()); });
  }
  template <class Program>
  static cofault::driver_factory factory_of(Program program) {
#ifdef ASIO_VERSION
    namespace here = cofault::detail::in_asio;
#else
    namespace here = cofault::detail::in_boost_asio;
#endif
    return [program] {
      return std::make_unique<here::asio_driver>(
          [program](auto executor) { net::co_spawn(executor, program(), here::root_handler()); });
    };
  }

  static task<> join_first_error(task<> a, task<> b) {
    return support::join_first_error(std::move(a), std::move(b));
  }
  static task<> join_all_errors(task<> a, task<> b) {
    return support::join_all_errors(std::move(a), std::move(b));
  }
  static task<> join_ignoring(task<> a, task<> b) {
    return support::join_ignoring(std::move(a), std::move(b));
  }
  static task<std::vector<std::exception_ptr>> join_results(task<> a, task<> b) {
    return support::join_results(std::move(a), std::move(b));
  }

  static task<> swallows_without_debug_information(asio_world);
  static task<> surfaces_without_debug_information(asio_world);
};

inline told fault_in(net::awaitable<void> (*program)(), std::size_t nth = 0,
                     cofault::io_error error = cofault::io_error::failed) {
  return one_fault(asio_world::factory_of(program), cofault::options(), nth, error);
}

inline std::string fates(net::awaitable<void> (*program)(), std::size_t nth = 0,
                         cofault::io_error error = cofault::io_error::failed) {
  return fault_in(program, nth, error).fates;
}

}  // namespace support
