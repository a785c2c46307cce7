// SPDX-License-Identifier: BSL-1.0
#include "early_await.hpp"

#include <algorithm>

#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

// `by` waits for something else behind that event, and did not run in between: its co_await gave it
// no result.
bool waits_on(std::uint32_t by, std::span<const event> behind) {
  constexpr kind_set moves = kinds(event_kind::resumed, event_kind::suspended, event_kind::returned,
                                   event_kind::failed, event_kind::destroyed);
  const auto next = std::find_if(behind.begin(), behind.end(), [&](const event& e) {
    return e.frame == by && (kinds(e.kind) & moves) != 0;
  });
  return next != behind.end() && next->kind == event_kind::suspended;
}

}  // namespace

std::uint32_t failed_before_await(const exception_story& lost, const family& who,
                                  std::span<const event> trace) {
  if (lost.detached || lost.left.empty()) return 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const event& e = trace[i];
    if (e.kind == event_kind::typed && e.other == lost.number) break;
    if (e.kind == event_kind::failed && who.awaiter(e.frame) == lost.culprit_frame &&
        waits_on(lost.culprit_frame, trace.subspan(i + 1)))
      return e.frame;
  }
  return 0;
}

std::string early_await(const exception_story& lost, std::uint32_t first, const family& who) {
  const auto name = [&](std::uint32_t frame) {
    return std::string(sites::function(who.function(frame)).name) + "()";
  };
  return name(lost.left.back()) + " ran, and its exception was lost, although " + name(first) +
         " had failed, which stands before it in one expression at " +
         sites::place(lost.culprit.site) +
         ": g++ looks at the results of both only when both are there (C++ wants one after the "
         "other, CWG 2466); give each co_await a statement of its own";
}

}  // namespace cofault::properties
