// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/detail/promise.hpp"

namespace cofault::detail {

template <class...>
struct types;

// Whether T<Ts...> is the type, where T may be an alias that wants fewer of them.
template <class R, template <class...> class T, class... Ts>
concept is_made_by = requires { requires std::same_as<T<Ts...>, R>; };

template <template <class...> class T, class R, class Tried, class... Rest>
inline constexpr bool begins_with = false;
template <template <class...> class T, class R, class... Tried, class Next, class... Rest>
inline constexpr bool begins_with<T, R, types<Tried...>, Next, Rest...> =
    is_made_by<R, T, Tried..., Next> || begins_with<T, R, types<Tried..., Next>, Rest...>;

// Whether R is T of its own first template arguments: T is its class template, or an alias that
// fills in the others.
template <template <class...> class T, class R>
inline constexpr bool is_specialisation = false;
template <template <class...> class T, template <class...> class Template, class... Ts>
inline constexpr bool is_specialisation<T, Template<Ts...>> =
    is_made_by<Template<Ts...>, T, Ts...> || begins_with<T, Template<Ts...>, types<>, Ts...>;

// Whether R is the class T, or a specialisation of the class template T.
template <class T, class R>
consteval bool names() {
  return std::same_as<T, R>;
}
template <template <class...> class T, class R>
consteval bool names() {
  return is_specialisation<T, R>;
}

// Whether COFAULT_INSTRUMENT can name it: not a template that has values for parameters.
template <class T>
consteval bool can_be_named(int) {
  return true;
}
template <template <class...> class T>
consteval bool can_be_named(int) {
  return true;
}
template <template <auto...> class T>
consteval bool can_be_named(long) {
  return false;
}
template <template <class, auto...> class T>
consteval bool can_be_named(long) {
  return false;
}
template <template <class, class, auto...> class T>
consteval bool can_be_named(long) {
  return false;
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
// promise is its nested promise_type. An alias of a class template will do, if it names the first
// arguments. At global namespace scope, before the first coroutine of that type, in every
// translation unit that has one: if the library's header has such coroutines itself, in front of it,
// behind a declaration of the type. Where the library specialises std::coroutine_traits for its
// type, this has no effect: see COFAULT_INSTRUMENT_TRAITS.
#define COFAULT_INSTRUMENT(...)                                                            \
  static_assert(::cofault::detail::can_be_named<__VA_ARGS__>(0),                           \
                "cofault: COFAULT_INSTRUMENT names a class, or a class template whose "    \
                "parameters are all types; for another template say what it stands for: "  \
                "COFAULT_INSTRUMENT_TRAITS((class T, bool B), (my::task<T, B>), "          \
                "(my::promise<T, B>))");                                                   \
  COFAULT_DETAIL_INSTRUMENT((::cofault::detail::names<__VA_ARGS__, CofaultR>()))

// The same for all types of which the concept `...` holds: for a type that is no class template, but
// a part of one (my::task<T> is an alias of my::maker<T>::type).
#define COFAULT_INSTRUMENT_WHERE(...) COFAULT_DETAIL_INSTRUMENT((__VA_ARGS__<CofaultR>))

// The same for a type whose promise is named by a specialisation of std::coroutine_traits. Says what
// that does, each part in parentheses: its template parameters, the type, its promise.
//   COFAULT_INSTRUMENT_TRAITS((class T), (my::future<T>), (my::detail::promise<T>));
#define COFAULT_INSTRUMENT_TRAITS(PARAMETERS, TYPE, PROMISE)                                   \
  template <COFAULT_DETAIL_FIRST PARAMETERS class... CofaultArgs>                              \
  requires(sizeof...(CofaultArgs) + 1 >                                                        \
           0) struct std::coroutine_traits<COFAULT_DETAIL_BARE TYPE, CofaultArgs...> {         \
    using promise_type =                                                                       \
        ::cofault::detail::promise<COFAULT_DETAIL_BARE TYPE, COFAULT_DETAIL_BARE PROMISE,      \
                                   CofaultArgs...>;                                            \
  };                                                                                           \
  template <COFAULT_DETAIL_BARE PARAMETERS>                                                    \
  inline constexpr bool ::cofault::detail::is_instrumented<COFAULT_DETAIL_BARE TYPE> = true
#define COFAULT_DETAIL_BARE(...) __VA_ARGS__
#define COFAULT_DETAIL_FIRST(...) __VA_ARGS__ __VA_OPT__(, )

#define COFAULT_DETAIL_INSTRUMENT(CONDITION)                                                    \
  template <class CofaultR, class... CofaultArgs>                                               \
  requires CONDITION struct std::coroutine_traits<CofaultR, CofaultArgs...> {                   \
    using promise_type =                                                                        \
        ::cofault::detail::promise<CofaultR, typename CofaultR::promise_type, CofaultArgs...>;  \
  };                                                                                            \
  template <class CofaultR>                                                                     \
  requires CONDITION inline constexpr bool ::cofault::detail::is_instrumented<CofaultR> = true
