// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <any>
#include <concepts>
#include <functional>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "cofault/explore.hpp"
#include "cofault/observe.hpp"
#include "cofault/runtime/spawn.hpp"

namespace cofault {

namespace runtime::detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

// Tells a run how its root, or its probe, ended.
class end_listener final : public completion_listener {
 public:
  using told = std::function<void(task_base&)>;
  explicit end_listener(told tell) : tell_(std::move(tell)) {}
  void task_done(task_base& which) override { tell_(which); }

 private:
  told tell_;
};

// A world for explore(): its root is a task.
class runtime_driver final : public cofault::detail::scheduled_world {
 public:
  // Calls the body and spawns the root that it returns.
  using launch = std::function<std::shared_ptr<task_base>(scheduler&)>;
  // Compares the root's result, if it has one that can be compared.
  using look = std::function<void(task_base&)>;
  runtime_driver(launch body, look at_result);
  ~runtime_driver() override;

  void start() override;
  void teardown() override;

  bool cancel(cancel_strength how) override;
  // Calls `tell` when the task is done, as long as the world lives.
  void when_done(task_base& which, end_listener::told tell);

 private:
  launch body_;
  look at_result_;
  std::vector<std::unique_ptr<end_listener>> listeners_;
  std::shared_ptr<task_base> root_;
};

// The error of a task that is done; null if it returned.
std::exception_ptr end_of(task_base& which);

template <class T>
void observe_result(task_base& root) {
  using value = value_of<T>;
  if constexpr (!std::is_void_v<T> && std::equality_comparable<value> &&
                std::copy_constructible<value>)
    observe(*static_cast<task_state<T>&>(root).value);
}

template <class Make>
exploration explore_root(Make make, const options& how, const std::source_location& caller) {
  using value = typename std::invoke_result_t<Make&, scheduler&>::value_type;
  const driver_factory factory = [&make, &caller] {
    return std::make_unique<runtime_driver>(
        [&make, &caller](scheduler& s) -> std::shared_ptr<task_base> {
          return spawn_state(s, make(s), caller);
        },
        observe_result<value>);
  };
  return cofault::explore(factory, how, caller);
}

template <class Body>
concept body_with_scheduler =
    std::invocable<Body, scheduler&> && is_task<std::invoke_result_t<Body&, scheduler&>>;
template <class Body>
concept body_alone = std::invocable<Body> && !std::invocable<Body, scheduler&> &&
                     is_task<std::invoke_result_t<Body&>>;

}  // namespace runtime::detail

// Explores `body()` or `body(scheduler&)`, which returns the root: a runtime::task, spawned on a
// scheduler of its own.
template <runtime::detail::body_with_scheduler Body>
exploration explore(Body body, const options& how = options(),
                    std::source_location caller = std::source_location::current()) {
  return runtime::detail::explore_root([&body](scheduler& s) { return body(s); }, how, caller);
}
template <runtime::detail::body_alone Body>
exploration explore(Body body, const options& how = options(),
                    std::source_location caller = std::source_location::current()) {
  return runtime::detail::explore_root([&body](scheduler&) { return body(); }, how, caller);
}

// Called in the body: once the root has completed, `question()` (a runtime::task) is run in the
// same world, without faults. It must complete, and with the answer that it gives when no fault was
// injected at all. What it refers to must live as long as the world: capture a shared_ptr.
template <std::invocable Question>
requires runtime::detail::is_task<std::invoke_result_t<Question&>>
void probe(Question question) {
  namespace here = runtime::detail;
  using answer = typename std::invoke_result_t<Question&>::value_type;
  const auto kept = std::make_shared<Question>(std::move(question));
  detail::add_probe([kept](detail::probe_done done) {
    auto* const world = dynamic_cast<here::runtime_driver*>(detail::current_driver());
    if (world == nullptr) throw std::logic_error("cofault: the probe belongs to another runtime");
    const scheduler::turn now(world->where());
    const auto asked = runtime::spawn((*kept)());
    world->when_done(*asked.state(), [done = std::move(done), kept](here::task_base& which) {
      if (here::end_of(which)) return done(detail::probe_result::threw);
      if constexpr (std::is_void_v<answer>)
        done(detail::probe_result::passed);
      else
        done(detail::compare_answer(std::any(*static_cast<here::task_state<answer>&>(which).value),
                                    detail::same_answer<answer>));
    });
  });
}

}  // namespace cofault
