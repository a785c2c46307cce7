// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <any>
#include <concepts>
#include <type_traits>
#include <utility>

namespace cofault {

namespace detail {

void compare_observation(std::any value, bool (*same)(const std::any&, const std::any&));

template <class T>
bool same_value(const std::any& a, const std::any& b) {
  return std::any_cast<const T&>(a) == std::any_cast<const T&>(b);
}

}  // namespace detail

// Names a value that the test looks at: what a handler swallowed had a consequence that can be
// seen, or was made good. Call it behind the code under test, in every run the same number of times
// in the same order. The root's own result counts as observed where it can be compared.
template <class T>
  requires std::equality_comparable<std::decay_t<T>> && std::copy_constructible<std::decay_t<T>>
void observe(T&& value) {
  detail::compare_observation(std::any(std::decay_t<T>(std::forward<T>(value))),
                              detail::same_value<std::decay_t<T>>);
}

// A sink of the program (its log, its metrics) was written to: whatever exception is being handled
// on this thread counts as reported. Standard output and error need no such call.
void reported();

}  // namespace cofault
