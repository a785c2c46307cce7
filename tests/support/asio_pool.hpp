// SPDX-License-Identifier: BSL-1.0
// Jobs for a pool of threads. Include "net.hpp" first.
#pragma once

#include <gtest/gtest.h>
#include <time.h>

#include <chrono>
#include <exception>
#include <utility>

#include "cofault/fault_free.hpp"
#include "net.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

using net::awaitable;
using net::use_awaitable;

// Keeps its thread's processor busy for so long, whatever else this machine does.
inline void work_for(std::chrono::nanoseconds time) {
  const auto used = [] {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  };
  for (const auto end = used() + time; used() < end;) {
  }
}

// Blocks its thread, as a call to a database does.
inline void block_for(std::chrono::nanoseconds time) {
  const timespec t{0, static_cast<long>(time.count())};
  ::nanosleep(&t, nullptr);
}

// Runs `job` on the pool. The coroutine gets its result, or its exception.
template <class Job>
awaitable<int> offload(net::thread_pool& pool, Job job) {
  return net::async_initiate<decltype(use_awaitable), void(std::exception_ptr, int)>(
      [](auto handler, net::thread_pool* on, Job what) {
        net::post(*on, [what, h = std::move(handler)]() mutable {
          std::exception_ptr error;
          int result = 0;
          try {
            result = what();
          } catch (...) {
            error = std::current_exception();
          }
          const auto back = net::get_associated_executor(h);
          net::post(back, [h = std::move(h), error, result]() mutable { h(error, result); });
        });
      },
      use_awaitable, &pool, std::move(job));
}

inline int at_once() { return 7; }
inline awaitable<int> ask(net::thread_pool& pool, int (*job)()) {
  co_return co_await offload(pool, job);
}

template <int (*Job)()>
awaitable<void> asks_in_time(net::thread_pool& pool) {
  net::steady_timer limit(co_await net::this_coro::executor, std::chrono::seconds(5));
  using namespace net::experimental::awaitable_operators;
  const auto first = co_await (ask(pool, Job) || limit.async_wait(use_awaitable));
  if (cofault::fault_free()) {
    EXPECT_EQ(first.index(), 0u);
  }
}

}  // namespace support
