// SPDX-License-Identifier: BSL-1.0
// What the programs of the zoo are made with. To explore() it is library code: the await that calls
// it gets the faults.
#pragma once

#include <chrono>
#include <exception>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "cofault/runtime.hpp"

namespace zoo {

using namespace cofault::runtime;
using namespace std::chrono_literals;

// A round trip to somebody else, or some work of one's own.
inline task<> call(std::string_view, std::chrono::nanoseconds latency = 1ms) {
  co_await sleep_for(latency);
}

// The same with an answer.
inline task<int> ask(std::string_view, int answer, std::chrono::nanoseconds latency = 1ms) {
  co_await sleep_for(latency);
  co_return answer;
}

// Runs both to their end, the first one up to its first suspension at once. If one of them fails,
// the other one is cancelled.
inline task<> both(task<> a, task<> b) {
  co_await with_task_group([&](task_group& group) -> task<> {
    group.spawn(std::move(b));
    co_await std::move(a);
  });
}

// Throws those that are not null, if any, together.
inline void throw_all(std::initializer_list<std::exception_ptr> outcomes) {
  std::vector<std::exception_ptr> errors;
  for (const std::exception_ptr& e : outcomes)
    if (e) errors.push_back(e);
  if (!errors.empty()) throw exception_group(std::move(errors));
}

}  // namespace zoo
