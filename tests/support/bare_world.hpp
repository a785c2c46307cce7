// SPDX-License-Identifier: BSL-1.0
// A runtime as a program may have one of its own: it resumes bare handles, and drops them when it
// goes.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "cofault/clock.hpp"
#include "cofault/driver.hpp"
#include "cofault/scheduler.hpp"
#include "task.hpp"

namespace support {

class bare_world final : public cofault::driver {
 public:
  explicit bare_world(task<> (*program)(bare_world&)) : program_(program) {}

  void start() override {
    root_ = cofault::detail::await_root(program_(*this));
    root_.handle().resume();
  }
  std::size_t choices() override { return ready_.size(); }
  bool run(std::size_t i) override {
    const std::coroutine_handle<> next = ready_.at(i);
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(i));
    next.resume();
    return true;
  }
  std::optional<cofault::virtual_time> next_deadline() override {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first;
  }
  void jumped() override {
    for (; next_deadline() == cofault::virtual_clock::now(); timers_.erase(timers_.begin()))
      ready_.push_back(timers_.begin()->second);
  }
  void park(std::shared_ptr<void>) override {}
  void teardown() override { root_ = cofault::detail::root_coroutine(); }

  struct awaiter {
    bare_world& where;
    std::chrono::nanoseconds how_long;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> h) {
      where.timers_.emplace(cofault::virtual_clock::now() + how_long.count(), h);
    }
    void await_resume() const {}
  };
  awaiter sleep_for(std::chrono::nanoseconds d) { return {*this, d}; }

 private:
  task<> (*program_)(bare_world&);
  cofault::detail::root_coroutine root_;
  std::vector<std::coroutine_handle<>> ready_;
  std::multimap<cofault::virtual_time, std::coroutine_handle<>> timers_;
};

}  // namespace support
