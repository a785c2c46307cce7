// SPDX-License-Identifier: BSL-1.0
// The program of A with all that a run is asked for, written by hand. Of what cofault can it does
// nothing: no other thread, no timer, no joins, no requests, no exceptions.
#pragma once

#include <coroutine>
#include <source_location>
#include <utility>
#include <vector>

#include "asked_run.hpp"
#include "by_hand.hpp"

namespace bench {

struct asked_promise : task<false>::promise_type {
  using inner = task<false>::promise_type;

  asked_promise() { made(who); }
  ~asked_promise() { gone(who); }

  asked_start initial_suspend() noexcept { return {who}; }
  auto final_suspend() noexcept {
    leave(who, asked_coroutine::state::finished, cofault::event_kind::returned);
    struct ends {
      decltype(std::declval<inner&>().final_suspend()) of;
      bool await_ready() noexcept { return of.await_ready(); }
      auto await_suspend(std::coroutine_handle<> h) noexcept {
        return of.await_suspend(std::coroutine_handle<inner>::from_address(h.address()));
      }
      void await_resume() noexcept {}
    };
    return ends{inner::final_suspend()};
  }
  template <class A>
  auto await_transform(A&& operand, std::source_location here = std::source_location::current()) {
    if (!arrive(who, here)) std::terminate();
    return asked_awaiter<inner, std::remove_cvref_t<A>>{who, std::forward<A>(operand)};
  }

  asked_coroutine who;
};

class asking_loop;

}  // namespace bench

template <>
struct std::coroutine_traits<bench::task<false>, bench::asking_loop&, int> {
  using promise_type = bench::asked_promise;
};

namespace bench {

class asking_loop final : public asked_world {
 public:
  explicit asking_loop(std::vector<std::coroutine_handle<>>& reused) : ready_(reused) {
    ready_.clear();
  }

  struct awaiter {
    asking_loop& w;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) { w.ready_.push_back(h); }
    void await_resume() {}
  };
  awaiter yield() { return {*this}; }

  void start() override {
    root_.emplace_back(one_task<false>(*this, awaits));
    ready_.push_back(root_.back().handle());
  }
  bool step() override {
    if (first_ == ready_.size()) return false;
    const auto next = ready_[first_++];
    next.resume();
    if (next.done()) root_ended(root_.back().await_resume());
    return true;
  }

 private:
  std::vector<std::coroutine_handle<>>& ready_;
  std::size_t first_ = 0;
  std::vector<task<false>> root_;
};

}  // namespace bench
