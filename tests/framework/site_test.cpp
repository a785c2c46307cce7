// SPDX-License-Identifier: BSL-1.0
#include "cofault/site.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <source_location>
#include <string>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);
COFAULT_USER_CODE("/zoo/app/");
COFAULT_USER_CODE("/zoo/app/third_party/exact.cpp");

namespace {

using namespace cofault;
using support::plans_of;
using support::task;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

// The plans of one thrown exception for every await point of the body, without their faults.
template <class Body>
std::vector<std::string> points_of(Body body) {
  const auto result =
      explore(body, options().inject(inject::throwing(1)).judge(support::untouched()));
  EXPECT_EQ(result.error, "");
  std::vector<std::string> out;
  for (const std::string& plan : plans_of(result)) out.push_back(plan.substr(0, plan.find('=')));
  return out;
}

task<> counts_lines(scheduler& s) {
  static_cast<void>(s);

  co_await s.yield();
  co_await s.yield();

  co_await s.yield();
}

TEST(Identity, CountsLinesFromTheFirstAwaitOfTheFunction) {
  EXPECT_THAT(points_of(counts_lines),
              ElementsAre("site_test.cpp:counts_lines+0", "site_test.cpp:counts_lines+1",
                          "site_test.cpp:counts_lines+3"));
}

task<int> number(scheduler& s, int n) {
  co_await s.yield();
  co_return n;
}

task<> one_line(scheduler& s) {
  // clang-format off
  co_await s.yield(); co_await s.yield(); co_await s.yield();
  // clang-format on
}

TEST(Identity, RanksTheAwaitsOfALine) {
  EXPECT_THAT(points_of(one_line),
              ElementsAre("site_test.cpp:one_line+0", "site_test.cpp:one_line+0~2",
                          "site_test.cpp:one_line+0~3"));
}

// clang-format off
task<> several_lines(scheduler& s) {
  co_await s.yield();
  co_await
      s.sleep_for(
          std::chrono::seconds(1)
      );
  const int sum = co_await number(s,
      1) + co_await number(
          s,
          co_await number(s, 2)
      ), product = co_await
          [&] { return number(s, 3); }();
  co_await s.sleep_for(std::chrono::seconds(sum * product)
                       ); co_await s.yield();
}
// clang-format on

// Where each compiler names another one. (They may also take operands in another order.)
TEST(Identity, OfAnAwaitOfSeveralLinesIsItsFirst) {
  points_of(several_lines);
  std::vector<std::string> seen;
  for (std::uint32_t i = 1; i <= sites::count(); ++i)
    if (const std::string text = sites::text(i); text.find(":several_lines+") != text.npos)
      seen.push_back(text.substr(text.find('+')));
  EXPECT_THAT(seen, UnorderedElementsAre("+0", "+1", "+5", "+6", "+8", "+9", "+11", "+12"));
}

TEST(Identity, OfAnAwaitOfSeveralLinesIsReplayed) {
  const auto how = options().inject(inject::throwing(1)).judge(support::untouched());
  for (const char* plan :
       {"site_test.cpp:several_lines+1=throw#1", "site_test.cpp:several_lines+11=throw#1"})
    EXPECT_THAT(plans_of(explore(several_lines, how.replay(plan))), ElementsAre(plan));
}

TEST(Identity, CountsInstancesAndVisits) {
  const auto twice = [](scheduler& s) -> task<> {
    static_cast<void>(co_await number(s, 1));
    static_cast<void>(co_await number(s, 2));
  };
  const auto how = options().inject(inject::throwing(1)).judge(support::untouched());
  for (const char* plan : {"site_test.cpp:number+0=throw#1", "site_test.cpp:number+0/2.1=throw#1"})
    EXPECT_THAT(plans_of(explore(twice, how.replay(plan))), ElementsAre(plan));
}

TEST(Identity, NamesALambdaByItsFunction) {
  const auto body = [](scheduler& s) -> task<> { co_await s.yield(); };
  EXPECT_THAT(
      points_of(body),
      ElementsAre("site_test.cpp:Identity_NamesALambdaByItsFunction_Test::TestBody::lambda+0"));
}

struct session {
  task<> member(scheduler& s) { co_await s.yield(); }
  static task<> made(scheduler& s) {
    session self;
    co_await self.member(s);
  }
};

TEST(Identity, QualifiesAMember) {
  EXPECT_THAT(points_of(session::made), ElementsAre("site_test.cpp:session::member+0"));
}

template <class T>
task<> generic(scheduler& s, T) {
  co_await s.yield();
}

TEST(Identity, IsSharedByTheInstantiationsOfATemplate) {
  const auto before = sites::count();
  EXPECT_THAT(points_of([](scheduler& s) { return generic(s, 1); }),
              ElementsAre("site_test.cpp:generic+0"));
  EXPECT_THAT(points_of([](scheduler& s) { return generic(s, std::string()); }),
              ElementsAre("site_test.cpp:generic+0"));
  EXPECT_EQ(sites::count(), before + 1);
}

// Which await comes first may depend on what an exploration does.
task<> two_entries(scheduler& s, bool early) {
  if (early) co_await s.yield();
  co_await s.sleep_for(std::chrono::seconds(1));
}

TEST(Identity, DoesNotDependOnEarlierExplorations) {
  EXPECT_THAT(points_of([](scheduler& s) { return two_entries(s, false); }),
              ElementsAre("site_test.cpp:two_entries+0"));
  EXPECT_THAT(points_of([](scheduler& s) { return two_entries(s, true); }),
              ElementsAre("site_test.cpp:two_entries+0", "site_test.cpp:two_entries+1"));
  EXPECT_THAT(points_of([](scheduler& s) { return two_entries(s, false); }),
              ElementsAre("site_test.cpp:two_entries+0"));
}

TEST(Site, TextPlaceAndKeyBelongTogether) {
  static_cast<void>(points_of(counts_lines));
  const auto index = sites::find(sites::key_of("site_test.cpp:counts_lines+3"));
  ASSERT_NE(index, 0u);
  EXPECT_EQ(sites::text(index), "site_test.cpp:counts_lines+3");
  const auto& s = sites::site(index);
  EXPECT_EQ(sites::place(index), "site_test.cpp:" + std::to_string(s.line));
  EXPECT_EQ(sites::function(s.function).name, "counts_lines");
  EXPECT_TRUE(sites::function(s.function).user);
  EXPECT_EQ(sites::find(sites::key_of("site_test.cpp:counts_lines+99")), 0u);
  EXPECT_EQ(sites::place(0), "an unknown place");
}

// One place may await this and that in turn, for ever.
TEST(Site, NamesOfOperationsAreKeptOnce) {
  static_cast<void>(points_of(counts_lines));
  const auto index = sites::find(sites::key_of("site_test.cpp:counts_lines+3"));
  ASSERT_NE(index, 0u);
  for (int i = 0; i < 500'000; ++i) {
    sites::note_operation(index, "T = initiate_async_read");
    sites::note_operation(index, "T = initiate_async_write_some");
  }
  EXPECT_EQ(sites::site(index).operation, "async_write_some");
  sites::note_operation(index, nullptr);
  EXPECT_EQ(sites::site(index).operation, "");
}

TEST(UserCode, IsWhatWasRegistered) {
  EXPECT_TRUE(sites::is_user(__FILE__));
  EXPECT_TRUE(sites::is_user("/zoo/app/pool.cpp"));
  EXPECT_TRUE(sites::is_user("/zoo/app/deep/er/pool.cpp"));
  EXPECT_FALSE(sites::is_user("/zoo/application/pool.cpp"));
  EXPECT_FALSE(sites::is_user("/zoo/app"));
  EXPECT_FALSE(sites::is_user("app/pool.cpp"));
  EXPECT_FALSE(sites::is_user(""));
}

TEST(UserCode, LeavesOutPeersUnlessTheyWereNamedExactly) {
  sites::add_peer("/zoo/app/test.cpp");
  EXPECT_FALSE(sites::is_user("/zoo/app/test.cpp"));
  EXPECT_TRUE(sites::is_user("/zoo/app/other.cpp"));
  sites::add_peer("/zoo/app/third_party/exact.cpp");
  EXPECT_TRUE(sites::is_user("/zoo/app/third_party/exact.cpp"));
  sites::add_user_code("/zoo/app/test.cpp");
  EXPECT_TRUE(sites::is_user("/zoo/app/test.cpp")) << "registered later, but exactly";
}

}  // namespace

// The compiler may have been called with another name than the one that was registered.
namespace {

TEST(UserCode, IsKnownByTheEndOfItsName) {
  sites::add_user_code("/zoo/shop/src/till.cpp");
  for (const char* same : {"till.cpp", "./till.cpp", "src/till.cpp", "../src/till.cpp",
                           "../../shop/./src/till.cpp", "/zoo/shop/build/../src/till.cpp"})
    EXPECT_TRUE(sites::is_user(same)) << same;
  for (const char* other : {"ill.cpp", "other/till.cpp", "/other/src/till.cpp", "till.cpp/x"})
    EXPECT_FALSE(sites::is_user(other)) << other;
}

TEST(UserCode, IsKnownByTheEndOfTheRegisteredName) {
  sites::add_user_code("../src/scales.cpp");
  for (const char* same : {"/zoo/shop/src/scales.cpp", "src/scales.cpp", "scales.cpp"})
    EXPECT_TRUE(sites::is_user(same)) << same;
  for (const char* other : {"/zoo/shop/scales.cpp", "/zoo/shop/src/no_scales.cpp"})
    EXPECT_FALSE(sites::is_user(other)) << other;
}

TEST(UserCode, OfADirectoryIsWhatItHolds) {
  const auto shop = std::filesystem::temp_directory_path() / "cofault_shop" / "src";
  std::filesystem::create_directories(shop);
  std::ofstream(shop / "shelf.cpp") << "\n";
  sites::add_user_code(shop.string() + "/");
  for (const char* same : {"shelf.cpp", "src/shelf.cpp", "../cofault_shop/src/shelf.cpp"})
    EXPECT_TRUE(sites::is_user(same)) << same;
  for (const char* other : {"src/stock.cpp", "other/src/shelf.cpp", "rc/shelf.cpp"})
    EXPECT_FALSE(sites::is_user(other)) << other;
  std::filesystem::remove_all(shop.parent_path());
}

}  // namespace

// The same code, once as a peer and once as user code.
namespace {
#line 1 "/zoo/app/peer_test.cpp"
task<> in_another_file(scheduler& s) { co_await s.yield(); }
exploration explore_as_peer() {
  return explore(in_another_file, options().inject(inject::throwing(1)));
}
#line 1 "/zoo/library/peer_test.cpp"
exploration explore_from_elsewhere() {
  return explore(in_another_file, options().inject(inject::throwing(1)));
}
#line 200 "site_test.cpp"

TEST(UserCode, TheFileThatExploresIsAPeer) {
  EXPECT_EQ(explore_from_elsewhere().points, 1u);
  EXPECT_THAT(explore_as_peer().error,
              testing::AllOf(testing::HasSubstr("no await point in user code"),
                             testing::HasSubstr("user code is '"),
                             testing::HasSubstr("that ran are of '/zoo/app/peer_test.cpp': ")));
}

#line 1 "../kiosk/src/kiosk.cpp"
task<> in_a_relative_file(scheduler& s) { co_await s.yield(); }
#line 220 "site_test.cpp"

TEST(UserCode, OfARelativeNameGetsFaults) {
  const auto how = options().inject(inject::throwing(1));
  EXPECT_THAT(explore(in_a_relative_file, how).error,
              testing::HasSubstr("that ran are of '../kiosk/src/kiosk.cpp': "));
  sites::add_user_code("/zoo/kiosk/src/kiosk.cpp");
  EXPECT_EQ(explore(in_a_relative_file, how).points, 1u);
}

}  // namespace
