// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <rapidcheck.h>

#include <functional>
#include <ostream>
#include <source_location>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cofault/options.hpp"
#include "cofault/plan.hpp"
#include "cofault/rehearse.hpp"

// A plan as an argument of a property: deviations from the run without faults that become more with
// RapidCheck's size (0: none). Which they are is decided when the property runs a body with that
// plan; from then on it shrinks together with the other arguments.
template <>
struct rc::Arbitrary<cofault::plan> {
  static rc::Gen<cofault::plan> arbitrary();
};

namespace cofault {

// How RapidCheck prints a plan: encode(), of what the property ran.
void showValue(const plan& what, std::ostream& out);

// What became of a body under a plan, for RC_ASSERT.
class verdict {
 public:
  verdict() = default;
  explicit verdict(std::string report) : report_(std::move(report)) {}

  // Nothing was violated.
  explicit operator bool() const { return report_.empty(); }
  // "", or what cofault has to say.
  const std::string& report() const { return report_; }

 private:
  std::string report_;
};
void showValue(const verdict& what, std::ostream& out);

namespace detail {

const options& usual_options();
// Runs the body under a plan.
using rehearse_plan = std::function<rehearsal(const plan&)>;
// Throws RapidCheck's result where the test case is discarded.
verdict verdict_of(const plan& drawn, const rehearse_plan& run);
[[noreturn]] void fail(const verdict& why);
// As rc::check does.
bool check_property(const std::string& description, const rc::detail::Property& property);

// A body that passes the inputs on, behind what the runtime gives.
template <class Body, class... Inputs>
struct with_inputs {
  const Body& body;
  const std::tuple<plan, Inputs...>& all;

  template <class... Runtime>
    requires std::is_invocable_v<const Body&, Runtime..., const Inputs&...>
  auto operator()(Runtime&&... runtime) const {
    return std::apply(
        [&](const plan&, const Inputs&... in) {
          return body(std::forward<Runtime>(runtime)..., in...);
        },
        all);
  }
};

}  // namespace detail

// Runs the body, anything that explore() takes, without faults and then under the plan, both in
// this process: `RC_ASSERT(cofault::survives(body, plan))`. Assertions of RapidCheck may stand in
// the body's root, too. A plan that finds no place in the run discards the test case.
template <class Body>
verdict survives(Body body, const plan& what, const options& how = detail::usual_options(),
                 std::source_location caller = std::source_location::current()) {
  return detail::verdict_of(
      what, [&](const plan& p) { return rehearse(std::ref(body), p, how, caller); });
}

// Checks that a body survives whatever plan, for all inputs, and prints what RapidCheck has to say:
// `EXPECT_TRUE(cofault::check(body, rc::gen::arbitrary<input>()))`. `body(inputs...)`, or with what
// the runtime gives in front, `body(scheduler&, inputs...)`, returns the root. Inputs and plan
// shrink together.
template <class Body, class... Inputs>
class [[nodiscard]] check {
 public:
  check(Body body, rc::Gen<Inputs>... inputs,
        std::source_location caller = std::source_location::current())
      : check(std::string(), detail::usual_options(), std::move(body), std::move(inputs)...,
              caller) {}
  // Without a description RapidCheck knows the property by the name of the GoogleTest test.
  check(const std::string& description, const options& how, Body body, rc::Gen<Inputs>... inputs,
        std::source_location caller = std::source_location::current()) {
    // In front: what is made smaller first is the plan, which says from then on what it is.
    const auto all = rc::gen::tuple(rc::gen::arbitrary<plan>(), std::move(inputs)...);
    holds_ = detail::check_property(description, rc::detail::toProperty([=] {
                                      const std::tuple<plan, Inputs...> drawn = *all;
                                      const detail::with_inputs<Body, Inputs...> bound{body, drawn};
                                      const verdict v =
                                          survives(bound, std::get<0>(drawn), how, caller);
                                      if (!v) detail::fail(v);
                                    }));
  }

  // False: it does not hold, RapidCheck gave up, or no case was asked for.
  explicit operator bool() const { return holds_; }

 private:
  bool holds_;
};
template <class Body, class... Inputs>
check(Body, rc::Gen<Inputs>...) -> check<Body, Inputs...>;
template <class Body, class... Inputs>
check(const std::string&, const options&, Body, rc::Gen<Inputs>...) -> check<Body, Inputs...>;

}  // namespace cofault
