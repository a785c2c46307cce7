// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <type_traits>
#include <utility>

#include "cofault/runtime/detail/task_base.hpp"
#include "cofault/runtime/task.hpp"

namespace cofault::runtime {

namespace detail {

// Cancels the task that runs on this thread when the time is up, unless it dies before.
class deadline {
 public:
  explicit deadline(std::chrono::nanoseconds d);
  deadline(const deadline&) = delete;
  deadline& operator=(const deadline&) = delete;
  ~deadline();
  // The end of what it watches: takes its cancellation back. True if it was the only one.
  bool struck();

 private:
  task_base* task_;
  scheduler& scheduler_;
  unsigned cancelling_before_;
  bool expired_ = false;
  scheduler::ticket ticket_;
};

template <class A>
using awaited_value =
    std::remove_cvref_t<cofault::detail::result_of<cofault::detail::awaiter_of<A>>>;

template <class A>
task<awaited_value<A>> within(std::chrono::nanoseconds d, A what) {
  if constexpr (requires { what.get_link()->excuse(); })
    if (d.count() <= 0) {
      if (link* const l = what.get_link()) l->excuse();
      throw timed_out();
    }
  deadline end(d);
  bool out_of_time = false;
  try {
    co_return co_await std::move(what);
  } catch (const cancelled&) {
    out_of_time = end.struck();
    if (!out_of_time) throw;
  }
  throw timed_out();
}

}  // namespace detail

// co_await timeout(d, f()): like co_await f(), which is cancelled when d of virtual time has
// passed. If it ends by that, timed_out is thrown; what else it does then counts: its result, or an
// exception of its clean-up. A cancellation from elsewhere stays one. If d is not positive, f()
// does not start. Anything that can be awaited and moved can be given.
template <class Rep, class Period, class A>
[[nodiscard]] auto timeout(std::chrono::duration<Rep, Period> d, A what) {
  return detail::within<A>(scheduler::fitting(d), std::move(what));
}

}  // namespace cofault::runtime
