// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "cofault/runtime/detail/join.hpp"
#include "cofault/runtime/handle.hpp"

namespace cofault::runtime {

// When wait() goes on: once all are done, one is done, or one has failed (a cancelled task has
// not).
enum class return_when { all, first_completed, first_exception };

// Who is done and who is not, in the order in which they were given.
template <class Handle>
struct wait_result {
  std::vector<Handle> done, pending;
};

namespace detail {

join_until until(return_when when);

template <class Handle>
class set_wait : public join_wait {
 public:
  set_wait(std::vector<Handle> all, return_when when)
      : join_wait("one", states_of(all), until(when), false), all_(std::move(all)) {}
  wait_result<Handle> await_resume() {
    this->finish();
    wait_result<Handle> out;
    for (const Handle& h : all_) (h.done() ? out.done : out.pending).push_back(h);
    return out;
  }

 private:
  static std::vector<std::shared_ptr<task_base>> states_of(const std::vector<Handle>& all) {
    std::vector<std::shared_ptr<task_base>> out;
    for (const Handle& h : all) out.push_back(h.state());
    return out;
  }
  std::vector<Handle> all_;
};

template <class Handle>
struct waiting_for_set {
  std::vector<Handle> all;
  return_when when;
  set_wait<Handle> operator co_await() { return set_wait<Handle>(std::move(all), when); }
};

}  // namespace detail

// co_await wait(handles, when): waits and touches nothing: no exception is thrown, or looked at,
// and no task cancelled, not even if who waits is cancelled. Look at each of `done`. Of no handles
// it waits for none.
template <class T>
[[nodiscard]] auto wait(std::vector<handle<T>> tasks, return_when when = return_when::all) {
  return detail::waiting_for_set<handle<T>>{std::move(tasks), when};
}
[[nodiscard]] inline auto wait(std::vector<any_handle> tasks, return_when when = return_when::all) {
  return detail::waiting_for_set<any_handle>{std::move(tasks), when};
}

}  // namespace cofault::runtime
