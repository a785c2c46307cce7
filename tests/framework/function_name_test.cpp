// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/function_name.hpp"

#include <gtest/gtest.h>

#include <coroutine>
#include <source_location>
#include <string>
#include <vector>

namespace {

using cofault::detail::normalised_function;

struct sample {
  const char* spelling;
  const char* name;
};

void expect_names(const std::vector<sample>& samples) {
  for (const auto& [spelling, name] : samples)
    EXPECT_EQ(normalised_function(spelling), name) << spelling;
}

TEST(FunctionName, OfGccCoroutines) {
  expect_names({
      {"void ns::{anonymous}::f(f(int, int)::_ZN2ns12_GLOBAL__N_11fEii.Frame*)", "ns::f"},
      {"ns::task<int> ns::{anonymous}::f(int, int)", "ns::f"},
      {"ns::task<U> ns::{anonymous}::S::t(U) [with U = int]", "ns::S::t"},
      {"void ns::{anonymous}::S::operator()(ns::{anonymous}::S::operator()(int)::_ZN2nsEi.Frame*)",
       "ns::S::operator()"},
      {"void ns::{anonymous}::S::operator||(ns::{anonymous}::S::operator||(int)::_ZN2nsEi.Frame*)",
       "ns::S::operator||"},
      {"void ns::{anonymous}::X<int>::Y::g(ns::{anonymous}::X<int>::Y::g(int* (*)(int)) && "
       "requires  "
       "sizeof (T) > 1::_ZNO2ns12_GLOBAL__N_11XIiE1Y1gEPFPiiE.Frame*)",
       "ns::X::Y::g"},
      {"ns::{anonymous}::S::operator void(ns::{anonymous}::S::operator ns::task<int>() "
       "const::_ZN.Frame*)",
       "ns::S::operator conversion"},
  });
}

TEST(FunctionName, OfGccLambdas) {
  expect_names({
      {"ns::run()::<lambda(int)>", "ns::run::lambda"},
      {"ns::run()::<lambda(int)> mutable", "ns::run::lambda"},
      {"ns::run()::<lambda(auto:1)> [with auto:1 = int]", "ns::run::lambda"},
      {"void ns::run()::<lambda(int)>::operator()(ns::run()::<lambda(int)>::_ZZN2ns3runEi.Frame*)",
       "ns::run::lambda"},
      {"void "
       "ns::run()::<lambda(auto:1)>::<lambda()>::operator()(ns::run()::<lambda(auto:1)>::<lambda()>"
       "::_ZZZN.Frame*)",
       "ns::run::lambda::lambda"},
      {"void ns::X<int>::h() const::<lambda(auto:1)>::operator()(ns::X<int>::h() "
       "const::<lambda(auto:1)> "
       "mutable::_ZZNK.Frame*)",
       "ns::X::h::lambda"},
      {"void<lambda()>::operator()(<lambda()>::_ZNK2glMUlvE_clEv.Frame*)", "lambda"},
  });
}

TEST(FunctionName, OfClang) {
  expect_names({
      {"task<int> ns::(anonymous namespace)::f(int, int)", "ns::f"},
      {"task<U> ns::(anonymous namespace)::S::t(U) [U = int]", "ns::S::t"},
      {"task<int> ns::(anonymous namespace)::S::operator()(int)", "ns::S::operator()"},
      {"task<int> ns::(anonymous namespace)::S::operator||(int)", "ns::S::operator||"},
      {"task<T> ns::(anonymous namespace)::X<int>::Y::g(T *(*)(int)) && [T = int]", "ns::X::Y::g"},
      {"task<U> ns::(anonymous namespace)::S::operator task() const [U = char]",
       "ns::S::operator conversion"},
      {"auto ns::run()::(anonymous class)::operator()(int) const", "ns::run::lambda"},
      {"auto ns::run()::(anonymous class)::operator()(int)::(anonymous class)::operator()() const",
       "ns::run::lambda::lambda"},
      {"auto (anonymous class)::operator()() const", "lambda"},
  });
}

TEST(FunctionName, OfDemangledSymbols) {
  expect_names({
      {"ns::(anonymous namespace)::f(int, int) [clone .actor]", "ns::f"},
      {"ns::f(ns::f(int)::_ZN2ns1fEi.Frame*) [clone .actor]", "ns::f"},
      {"f(int) (.resume)", "f"},
      {"ns::f(int) [clone .resume]", "ns::f"},
      {"ns::run()::{lambda(int)#1}::operator()(int) const", "ns::run::lambda"},
      {"ns::run()::'lambda0'(int)::operator()(int) const", "ns::run::lambda"},
      {"ns::run()::$_3::operator()(int) [clone .cleanup]", "ns::run::lambda"},
      {"auto ns::run()::$_0::operator()<int>(int) const", "ns::run::lambda"},
      {"ns::task<int> ns::S::operator<< <int>(int) const", "ns::S::operator<<"},
      {"ns::operator\"\" _x(unsigned long long)", "ns::operator\"\"_x"},
      {"std::string const& ns::f[abi:cxx11](int)", "ns::f"},
      {"main", "main"},
  });
}

TEST(FunctionName, LeavesOutEveryKindOfReturnType) {
  expect_names({
      {"decltype(auto) ns::f()", "ns::f"},
      {"decltype ((t + 1)) ns::f(T) [with T = int; decltype ((t + 1)) = int]", "ns::f"},
      {"<dependent type> ns::f(T) [T = int]", "ns::f"},
      {"const std::string& ns::f()", "ns::f"},
      {"const std::string &ns::f()", "ns::f"},
      {"int (* ns::f(int))(char)", "ns::f"},
      {"int (ns::S::*ns::f(int))(char)", "ns::f"},
      {"void (*(*ns::f(int))(char))()", "ns::f"},
      {"int (&ns::f())[3]", "ns::f"},
      {"std::function<int(int)> ns::S::f() const &", "ns::S::f"},
      {"ns::foo<(a > b), X<int> > const& ns::f<int>(int)", "ns::f"},
      {"typename std::enable_if<(x<3), int>::type ns::f(T) [with T = int]", "ns::f"},
      {"static unsigned long ns::S::f(int) noexcept", "ns::S::f"},
      {"int main(int, char**)", "main"},
  });
}

TEST(FunctionName, KeepsOperators) {
  expect_names({
      {"bool ns::operator<(ns::S, ns::S)", "ns::operator<"},
      {"bool ns::operator< <int>(ns::P<int> const&)", "ns::operator<"},
      {"auto ns::S::operator<=>(int)", "ns::S::operator<=>"},
      {"ns::S* ns::S::operator->()", "ns::S::operator->"},
      {"int ns::S::operator->*(int)", "ns::S::operator->*"},
      {"int ns::S::operator[](int)", "ns::S::operator[]"},
      {"int ns::S::operator,(int)", "ns::S::operator,"},
      {"bool ns::S::operator()<int>(int) const", "ns::S::operator()"},
      {"ns::S::operator bool() const", "ns::S::operator conversion"},
      {"ns::S::operator std::vector<int>*() const", "ns::S::operator conversion"},
      {"static void ns::S::operator delete[](void*)", "ns::S::operator delete[]"},
      {"ns::task<> ns::operator co_await(ns::S)", "ns::operator co_await"},
      {"void ns::X<(&ns::operator<)>::f()", "ns::X::f"},
      {"void ns::X<'<'>::f()", "ns::X::f"},
      {"ns::S::~S()", "ns::S::~S"},
  });
}

TEST(FunctionName, EndsOnBrokenText) {
  for (const char* text :
       {"", "(", "<", "{", "'", "operator", "operator<", "f(", "X<", "X<'\\", "::", "decltype"}) {
    EXPECT_LT(normalised_function(text).size(), 32u) << text;
  }
}

}  // namespace

// What the compiler at hand really says, from inside the functions of a promise.
namespace live {

std::vector<std::string>& names() {
  static std::vector<std::string> all;
  return all;
}

void record(const std::source_location& where) {
  names().push_back(normalised_function(where.function_name()));
}

template <class T>
struct task {
  struct promise_type {
    using here = std::source_location;
    task get_return_object() { return {}; }
    std::suspend_never initial_suspend(here where = here::current()) {
      return record(where), std::suspend_never{};
    }
    std::suspend_never final_suspend() noexcept { return {}; }
    std::suspend_never await_transform(int, here where = here::current()) {
      return record(where), std::suspend_never{};
    }
    void return_void() {}
    void unhandled_exception() {}
  };
};

void plain(std::source_location where = std::source_location::current()) { record(where); }

namespace {

task<int> function(int, const std::string&) { co_await 1; }

template <class T>
task<T> function_template(T) {
  co_await 1;
}

struct member {
  task<int> operator()(int) const { co_await 1; }
  task<int> operator<(int) { co_await 1; }
  task<int> operator<=>(int) { co_await 1; }
  task<int> operator[](int) { co_await 1; }
  operator task<int>() { co_await 1; }
  static task<int> callbacks(int (*)(char), void (member::*)()) noexcept { co_await 1; }
  template <class T>
  task<T> operator<<(T) {
    co_await 1;
  }
};

template <class T, char C>
struct outer {
  struct inner {
    task<T> constrained(T* (*)(int)) && requires(sizeof(T) > 1) { co_await 1; }
    auto with_lambda() const {
      return [](auto) mutable -> task<T> { co_await 1; };
    }
  };
};

decltype(auto) deduced() { return plain(), 1; }
const std::string& reference() {
  static const std::string text;
  return plain(), text;
}
int (*pointer(int))(char) { return plain(), nullptr; }

auto at_namespace = []() -> task<int> { co_await 1; };

}  // namespace

void nested_lambdas() {
  const auto generic = [](auto) {
    [](int) -> task<int> { co_await 1; }(1);
    plain();
  };
  generic(1);
}

}  // namespace live

namespace {

template <class Body>
std::vector<std::string> recorded(Body body) {
  live::names().clear();
  body();
  return live::names();
}

std::vector<std::string> twice(const std::string& name) {
  return {name, name};
}  // started, awaited

TEST(FunctionNameLive, OfFunctions) {
  EXPECT_EQ(recorded([] { live::function(1, ""); }), twice("live::function"));
  EXPECT_EQ(recorded([] { live::function_template(1.5); }), twice("live::function_template"));
}

TEST(FunctionNameLive, OfMembers) {
  live::member m;
  EXPECT_EQ(recorded([&] { m(1); }), twice("live::member::operator()"));
  EXPECT_EQ(recorded([&] { (void)m.operator<(1); }), twice("live::member::operator<"));
  EXPECT_EQ(recorded([&] { (void)m.operator<=>(1); }), twice("live::member::operator<=>"));
  EXPECT_EQ(recorded([&] { m[1]; }), twice("live::member::operator[]"));
  EXPECT_EQ(recorded([&] { m << 1; }), twice("live::member::operator<<"));
  EXPECT_EQ(recorded([&] { m.operator live::task<int>(); }),
            twice("live::member::operator conversion"));
  EXPECT_EQ(recorded([] { live::member::callbacks(nullptr, nullptr); }),
            twice("live::member::callbacks"));
}

TEST(FunctionNameLive, OfTemplates) {
  using inner = live::outer<int, '<'>::inner;
  EXPECT_EQ(recorded([] { inner{}.constrained(nullptr); }),
            twice("live::outer::inner::constrained"));
  EXPECT_EQ(recorded([] { inner{}.with_lambda()(1); }),
            twice("live::outer::inner::with_lambda::lambda"));
}

TEST(FunctionNameLive, OfLambdas) {
  EXPECT_EQ(recorded([] { live::at_namespace(); }), twice("live::lambda"));
  const std::string inside = "live::nested_lambdas::lambda";
  EXPECT_EQ(recorded([] { live::nested_lambdas(); }),
            (std::vector<std::string>{inside + "::lambda", inside + "::lambda", inside}));
}

TEST(FunctionNameLive, OfOrdinaryFunctions) {
  EXPECT_EQ(recorded([] { live::deduced(); }), (std::vector<std::string>{"live::deduced"}));
  EXPECT_EQ(recorded([] { live::reference(); }), (std::vector<std::string>{"live::reference"}));
  EXPECT_EQ(recorded([] { live::pointer(1); }), (std::vector<std::string>{"live::pointer"}));
}

}  // namespace
