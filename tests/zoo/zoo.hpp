// SPDX-License-Identifier: BSL-1.0
// A zoo of planted bugs: small programs, each with the verdict that it must get, beside a fixed
// twin that must be clean.
#pragma once

#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cofault/runtime.hpp"
#include "cofault/scheduler.hpp"

namespace zoo {

// The names of the properties.
inline constexpr const char* assertions = "the test's own assertions hold";
inline constexpr const char* awaited = "every coroutine is awaited";
inline constexpr const char* frames = "every coroutine frame is destroyed";
inline constexpr const char* livelock = "no coroutine spins for ever";
inline constexpr const char* probe = "one fault hurts nobody else";
inline constexpr const char* progress = "nothing waits for ever";
inline constexpr const char* resources = "what is acquired is released";
inline constexpr const char* surfacing = "every exception surfaces";
inline constexpr const char* survival = "the process survives";
inline constexpr const char* termination = "no exception ends in std::terminate";

// Explores one program.
using exploring = std::function<cofault::exploration(const cofault::options&)>;

// One bug. The line to blame for it ends in "// culprit: " and its name.
struct specimen {
  // The programs are bodies for cofault::explore().
  template <class Body>
  specimen(std::string called, std::string violated, std::string smallest, Body bug, Body twin,
           cofault::options options = {})
      : name(std::move(called)),
        property(std::move(violated)),
        plan(std::move(smallest)),
        buggy(explorer(bug)),
        fixed(explorer(twin)),
        world(factory(std::move(bug))),
        how(std::move(options)) {}

  std::string name;
  std::string property;  // the only one that the bug violates
  std::string plan;      // the smallest that shows it
  exploring buggy, fixed;
  cofault::driver_factory world;  // of the bug, for cofault::run()
  cofault::options how;

 private:
  template <class Body>
  static exploring explorer(Body body) {
    return [body](const cofault::options& how) { return cofault::explore(body, how); };
  }

  // The world that explore() would make.
  template <class Body>
  static cofault::driver_factory factory(Body body) {
    if constexpr (cofault::runtime::detail::body_alone<Body>) {
      using root = std::invoke_result_t<Body&>;
      return [body] {
        return std::make_unique<cofault::runtime::detail::runtime_driver>(
            [body](cofault::scheduler& s) -> std::shared_ptr<cofault::runtime::detail::task_base> {
              return cofault::runtime::detail::spawn_state(s, body(),
                                                           std::source_location::current());
            },
            cofault::runtime::detail::observe_result<typename root::value_type>);
      };
    } else {
      return [body] {
        return std::make_unique<cofault::detail::scheduler_driver>(
            [body](cofault::scheduler& s) { return cofault::detail::await_root(body(s)); });
      };
    }
  }
};

// What one fault shows: all of these, and each kind.
std::vector<specimen> one_fault();
std::vector<specimen> lost();   // exceptions
std::vector<specimen> held();   // resources, locks, frames
std::vector<specimen> stuck();  // what never wakes up, never ends, or dies

// What one fault alone does not show: all of these, and each kind.
std::vector<specimen> several();
// What one or two deviations from first come, first served show.
std::vector<specimen> orders();
// What two faults show, the second of which lies behind the first.
std::vector<specimen> pairs();
// What a fault and a deviation from first come, first served show.
std::vector<specimen> mixed();

std::vector<specimen> all();

}  // namespace zoo
