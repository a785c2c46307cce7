// SPDX-License-Identifier: BSL-1.0
#include "cofault/inject/selector.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cofault/inject/throwing.hpp"

namespace {

using namespace cofault;
using namespace cofault::inject;

const await_point here = {
    "/src/app/pool.cpp", 31, "app::pool::session", "async_read", 2, 3, true, false, true};

TEST(Selector, AtALineOfAFile) {
  EXPECT_TRUE(at("pool.cpp", 31).matches(here));
  EXPECT_TRUE(at("app/pool.cpp", 31).matches(here));
  EXPECT_TRUE(at("/src/app/pool.cpp", 31).matches(here));
  EXPECT_FALSE(at("pool.cpp", 32).matches(here));
  EXPECT_FALSE(at("ol.cpp", 31).matches(here)) << "only whole names";
  EXPECT_FALSE(at("pool.hpp", 31).matches(here));
  EXPECT_FALSE(at("other/pool.cpp", 31).matches(here));
}

TEST(Selector, InAFunction) {
  EXPECT_TRUE(in("session").matches(here));
  EXPECT_TRUE(in("pool::session").matches(here));
  EXPECT_TRUE(in("app::pool::session").matches(here));
  EXPECT_FALSE(in("ession").matches(here)) << "only whole names";
  EXPECT_FALSE(in("pool").matches(here));
  EXPECT_FALSE(in("other::session").matches(here));
}

TEST(Selector, OfACoroutineAVisitOrAnOperation) {
  EXPECT_TRUE(coroutine(2).matches(here));
  EXPECT_FALSE(coroutine(1).matches(here));
  EXPECT_TRUE(visit(3).matches(here));
  EXPECT_FALSE(visit(2).matches(here));
  EXPECT_TRUE(operation("async_read").matches(here));
  EXPECT_FALSE(operation("async_read_some").matches(here));
  EXPECT_FALSE(operation("read").matches(here));
}

TEST(Selector, KnowsAMockedMethodByItsName) {
  await_point call = here;
  call.operation = "query()";
  EXPECT_TRUE(operation("query").matches(call));
  EXPECT_TRUE(operation("query()").matches(call));
  EXPECT_FALSE(operation("quer").matches(call));
  EXPECT_FALSE(operation("async_read()").matches(here));
}

TEST(Selector, Combines) {
  EXPECT_TRUE((in("session") && visit(3)).matches(here));
  EXPECT_FALSE((in("session") && visit(2)).matches(here));
  EXPECT_FALSE((in("other") && visit(3)).matches(here));
  EXPECT_TRUE((in("other") || visit(3)).matches(here));
  EXPECT_TRUE((in("session") || visit(2)).matches(here));
  EXPECT_FALSE((in("other") || visit(2)).matches(here));
  EXPECT_FALSE((!in("session")).matches(here));
  EXPECT_TRUE((!(in("session") && visit(2))).matches(here));
}

TEST(Selector, SaysWhatItSelects) {
  EXPECT_EQ(at("pool.cpp", 31).text(), "at pool.cpp:31");
  EXPECT_EQ((in("session") && visit(2)).text(), "in session() and on visit 2");
  EXPECT_EQ((coroutine(1) || operation("async_read")).text(),
            "(of coroutine 1 or of operation async_read)");
  EXPECT_EQ((!(in("a") || in("b"))).text(), "not ((in a() or in b()))");
}

TEST(Selector, KnowsItsParts) {
  const std::vector<where_part> all = (in("a") && !(visit(2) || in("b"))).parts();
  std::vector<std::string> texts, excluded;
  for (const where_part& p : all) {
    texts.push_back(p.text);
    if (p.excludes) excluded.push_back(p.text);
  }
  EXPECT_EQ(texts, (std::vector<std::string>{
                       "in a()", "on visit 2", "in b()", "(on visit 2 or in b())",
                       "not ((on visit 2 or in b()))", "in a() and not ((on visit 2 or in b()))"}));
  EXPECT_EQ(excluded, (std::vector<std::string>{"on visit 2", "in b()", "(on visit 2 or in b())"}));
  EXPECT_EQ(all[3].made_of, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(all[4].made_of, (std::vector<std::size_t>{3}));
  EXPECT_EQ(all[5].made_of, (std::vector<std::size_t>{0, 4}));
}

TEST(Only, AppliesWhereItsSelectorMatches) {
  std::vector<fault> faults;
  only(throwing(1), in("other")).propose(here, 4, faults);
  EXPECT_TRUE(faults.empty());
  const only chosen(throwing(1), in("session"));
  chosen.propose(here, 4, faults);
  EXPECT_EQ(faults, (std::vector<fault>{{fault_kind::throw_value, 4}}));
  EXPECT_THROW(chosen.raise(), int);
  EXPECT_EQ(chosen.where(), "'in session()'");
  EXPECT_EQ(chosen.describe(), throwing(1).describe());
}

}  // namespace
