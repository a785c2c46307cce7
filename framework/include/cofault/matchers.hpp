// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <ostream>
#include <string>
#include <typeinfo>
#include <utility>

#include "cofault/exception_story.hpp"
#include "cofault/explore.hpp"

// Matchers for explorations, beside SurvivesEveryFault() in gtest.hpp. An exploration with an
// error, or whose body failed without any fault, matches none of them.
//
//   EXPECT_THAT(explore(body), ReleasesEverything());
//   EXPECT_THAT(explore(body, options().replay("…")), FailsWith<timed_out>(HasSubstr("5 s")));
namespace cofault {

namespace detail {

// A matcher of explorations by a function, which also says what it saw.
class exploration_matcher {
 public:
  using is_gtest_matcher = void;
  using look = std::function<bool(const exploration&, std::ostream&)>;
  exploration_matcher(std::string affirmative, std::string negative, look matches)
      : affirmative_(std::move(affirmative)),
        negative_(std::move(negative)),
        matches_(std::move(matches)) {}
  bool MatchAndExplain(const exploration& what, std::ostream* out) const;
  void DescribeTo(std::ostream* out) const { *out << affirmative_; }
  void DescribeNegationTo(std::ostream* out) const { *out << negative_; }

 private:
  std::string affirmative_, negative_;
  look matches_;
};

// Whether `catch (E&)` would take an exception of the other type.
bool catches(const std::type_info& handler, const std::type_info* thrown);

exploration_matcher fails_with(const std::type_info& type, testing::Matcher<std::string> what);
// No type: the exception that the fault threw.
exploration_matcher fate_of(const std::type_info* type, testing::Matcher<fate> what);

}  // namespace detail

// Every exception that a fault causes surfaces, and none ends in std::terminate. Other findings do
// not matter.
detail::exploration_matcher SurfacesEveryException();
// What is acquired is released, and every coroutine is destroyed. Other findings do not matter.
detail::exploration_matcher ReleasesEverything();
// Every cancellation is honoured. Does not match if none was requested: inject::cancel() does that.
// Other findings do not matter.
detail::exploration_matcher HonoursCancellation();

// The following match how the run of one plan went: explore(body, options().replay("…")).

// The root returned.
detail::exploration_matcher Completes();
// The root ended by an exception that `catch (E&)` takes (with libc++: of that very type), whose
// what() matches.
template <class E>
detail::exploration_matcher FailsWith(testing::Matcher<std::string> what = testing::_) {
  return detail::fails_with(typeid(E), std::move(what));
}
// What became of the exception that the fault threw: FateOf(fate::translated).
inline detail::exploration_matcher FateOf(testing::Matcher<fate> what) {
  return detail::fate_of(nullptr, std::move(what));
}
// What became of every exception that `catch (E&)` takes; there must be one.
template <class E>
detail::exploration_matcher FateOf(testing::Matcher<fate> what) {
  return detail::fate_of(&typeid(E), std::move(what));
}

// How GoogleTest prints a fate: its name.
void PrintTo(fate what, std::ostream* out);

}  // namespace cofault
