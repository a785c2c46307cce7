// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/detail/promise.hpp"

namespace cofault::detail {

template <template <class...> class Template, class R>
inline constexpr bool is_specialisation = false;
template <template <class...> class Template, class... Ts>
inline constexpr bool is_specialisation<Template, Template<Ts...>> = true;

// Whether R is the class T, or a specialisation of the class template T.
template <class T, class R>
consteval bool names() {
  return std::same_as<T, R>;
}
template <template <class...> class T, class R>
consteval bool names() {
  return is_specialisation<T, R>;
}

}  // namespace cofault::detail

// Registers a path whose await points are user code and get faults: a directory if it ends in '/',
// else one file. cofault_instrument() in CMake writes this for you; in a single-file experiment
// say COFAULT_USER_CODE(__FILE__). At namespace scope. Compilers record the name that they were
// called with: where it or the path is relative, the ends are compared, name by name; and a file of
// a relative name is in a directory if that holds it.
#define COFAULT_USER_CODE(path) COFAULT_DETAIL_USER_CODE(path, __COUNTER__)
#define COFAULT_DETAIL_USER_CODE(path, number) COFAULT_DETAIL_USER_CODE_(path, number)
#define COFAULT_DETAIL_USER_CODE_(path, number) \
  [[maybe_unused]] static const ::cofault::detail::user_code cofault_user_code_##number { path }

// Instruments every coroutine that returns the class template or class `...` (my::task), whose
// promise is its nested promise_type. At global namespace scope, before the first coroutine of that
// type, in every translation unit that has one. (A type whose promise is named by a specialisation
// of std::coroutine_traits of its own needs a constrained twin of it: see
// instrument/asio_traits.ipp.)
#define COFAULT_INSTRUMENT(...)                                                                 \
  template <class CofaultR, class... CofaultArgs>                                               \
  requires(::cofault::detail::names<__VA_ARGS__, CofaultR>()) struct std::coroutine_traits<     \
      CofaultR, CofaultArgs...> {                                                               \
    using promise_type =                                                                        \
        ::cofault::detail::promise<CofaultR, typename CofaultR::promise_type, CofaultArgs...>;  \
  };                                                                                            \
  template <class CofaultR>                                                                     \
  requires(::cofault::detail::names<__VA_ARGS__, CofaultR>()) inline constexpr bool ::cofault:: \
      detail::is_instrumented<CofaultR> = true
