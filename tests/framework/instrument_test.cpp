// SPDX-License-Identifier: BSL-1.0
// Which types of coroutines COFAULT_INSTRUMENT names, and which operations cannot fail.
#include <concepts>
#include <coroutine>

#include "promise_shapes.hpp"

COFAULT_USER_CODE(__FILE__);

namespace named {

template <class T>
struct context {};
template <class T, class Context>
struct full : shapes::basic_task<full<T, Context>, shapes::nothing> {
  using shapes::basic_task<full, shapes::nothing>::basic_task;
};
template <class T, class Context = context<T>>
using renamed = full<T, Context>;
template <class T>
using brief = full<T, context<T>>;

// A type that is a part of a template: nothing can be told from it but what it says itself.
template <class T>
struct maker {
  struct type : shapes::basic_task<type, shapes::nothing> {
    using shapes::basic_task<type, shapes::nothing>::basic_task;
    using maker_type = maker;
  };
};
template <class T>
using made = typename maker<T>::type;
template <class R>
concept is_made = requires { typename R::maker_type; };

// Types that hold no promise_type: std::coroutine_traits names it.
template <class T, class>
struct elsewhere : shapes::basic_task<elsewhere<T, T>, shapes::nothing> {
  using base = shapes::basic_task<elsewhere<T, T>, shapes::nothing>;
  using base::base;
  using promise_type = void;
};
struct plain_elsewhere : shapes::basic_task<plain_elsewhere, shapes::nothing> {
  using shapes::basic_task<plain_elsewhere, shapes::nothing>::basic_task;
};

template <class... Ts>
struct any_number {};

using cofault::detail::names;
static_assert(names<full, full<int, char>>() && names<renamed, full<int, char>>());
static_assert(names<brief, brief<int>>() && names<brief, brief<void>>());
static_assert(!names<brief, full<int, char>>() && !names<brief, any_number<int>>());
static_assert(!names<full, any_number<int, int>>() && !names<full, int>());
static_assert(names<any_number, any_number<>>() && names<any_number, any_number<int, char>>());
static_assert(names<full<int, char>, full<int, char>>() && !names<full<int, char>, brief<int>>());

}  // namespace named

template <class T, class... Args>
struct std::coroutine_traits<named::elsewhere<T, T>, Args...> {
  using promise_type = typename named::elsewhere<T, T>::base::promise_type;
};
template <class... Args>
struct std::coroutine_traits<named::plain_elsewhere, Args...> {
  using promise_type = named::plain_elsewhere::promise_type;
};
COFAULT_INSTRUMENT_TRAITS((class T), (named::elsewhere<T, T>),
                          (typename named::elsewhere<T, T>::base::promise_type));
COFAULT_INSTRUMENT_TRAITS((), (named::plain_elsewhere), (named::plain_elsewhere::promise_type));

COFAULT_INSTRUMENT(named::brief);
COFAULT_INSTRUMENT_WHERE(named::is_made);

namespace {

// Lets all that is ready run first.
struct turn {
  cofault::scheduler& where;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) { where.post(h); }
  void await_resume() const {}
};
struct sure_turn : turn {};

}  // namespace

template <>
inline constexpr bool cofault::can_fail<sure_turn> = false;

namespace {

using cofault::scheduler;

template <class Task, class Turn>
Task takes(scheduler& s) {
  Turn mine{s};
  co_await mine;
}

template <class Task, class Turn = turn>
cofault::exploration explored() {
  return cofault::explore(takes<Task, Turn>, shapes::throwing_lost().in_process());
}

TEST(Instrument, AliasOfAClassTemplate) {
  EXPECT_EQ(explored<named::brief<int>>().points, 1u);
  EXPECT_NE((explored<named::full<int, char>>().error), "");
}

TEST(Instrument, AllTypesOfAConcept) {
  EXPECT_EQ(explored<named::made<int>>().points, 1u);
  EXPECT_EQ(explored<named::made<void>>().points, 1u);
}

TEST(Instrument, WhatHasTraitsOfItsOwn) {
  EXPECT_EQ((explored<named::elsewhere<int, int>>().points), 1u);
  EXPECT_EQ(explored<named::plain_elsewhere>().points, 1u);
}

template <class Turn>
named::brief<int> takes_two(scheduler& s) {
  Turn mine{s};
  co_await mine;
  co_await takes<named::brief<int>, turn>(s);
}

TEST(Instrument, NoFaultsWhereNothingCanFail) {
  EXPECT_EQ(cofault::explore(takes_two<turn>, shapes::throwing_lost()).points, 2u);
  EXPECT_EQ(cofault::explore(takes_two<sure_turn>, shapes::throwing_lost()).points, 1u);
}

// Then whoever awaits it can fail in its place.
TEST(Instrument, WhoAwaitsWhatCannotFailCan) {
  const auto outer = [](scheduler& s) -> named::brief<int> {
    co_await takes<named::brief<int>, sure_turn>(s);
  };
  EXPECT_EQ(cofault::explore(outer, shapes::throwing_lost()).points, 1u);
  EXPECT_NE((explored<named::brief<int>, sure_turn>().error), "");
}

}  // namespace
