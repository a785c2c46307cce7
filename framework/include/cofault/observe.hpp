// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <any>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace cofault {

namespace detail {

// How a value is compared with the one of the run without faults, and copied in that run.
struct observation {
  const void* value;
  bool (*same)(const void* value, const std::any& expected);
  std::any (*copy)(const void* value);
};
void compare_observation(const observation& seen);

template <class T>
bool same_value(const void* value, const std::any& expected) {
  const T* const other = std::any_cast<T>(&expected);
  return other != nullptr && *other == *static_cast<const T*>(value);
}
template <class T>
std::any copy_value(const void* value) {
  return *static_cast<const T*>(value);
}

}  // namespace detail

// Names a value that the test looks at: what a handler swallowed had a consequence that can be
// seen, or was made good. Call it behind the code under test, in every run the same number of times
// in the same order. The root's own result counts as observed where it can be compared.
template <class T>
  requires std::equality_comparable<std::decay_t<T>> && std::copy_constructible<std::decay_t<T>>
void observe(T&& value) {
  using type = std::decay_t<T>;
  const type& seen = value;
  detail::compare_observation(
      {std::addressof(seen), detail::same_value<type>, detail::copy_value<type>});
}

// A sink of the program (its log, its metrics) was written to: whatever exception is being handled
// on this thread counts as reported. Standard output and error need no such call.
void reported();

}  // namespace cofault
