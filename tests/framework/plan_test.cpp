// SPDX-License-Identifier: BSL-1.0
#include "cofault/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "cofault/site.hpp"

namespace {

using namespace cofault;

// Every fault there is, but for the numbers of exceptions in between.
std::vector<fault> all_faults() {
  std::vector<fault> out;
  for (const std::uint8_t tries : {0, 1, 2, 255}) {
    for (std::uint8_t e = 0; e <= std::uint8_t(io_error::closed); ++e)
      for (const fault_kind kind : {fault_kind::throw_error, fault_kind::code})
        out.push_back({kind, e, tries});
    for (const std::uint8_t n : {0, 1, 9, 254, 255})
      out.push_back({fault_kind::throw_value, n, tries});
  }
  for (const std::uint8_t n : {1, 2, 255}) {
    out.push_back({fault_kind::delay, n});
    out.push_back({fault_kind::pct, n});
  }
  out.push_back({fault_kind::random});
  return out;
}

deviation somewhere(std::uint64_t site, fault what = {}) { return {{site, 1, 1}, what}; }

std::string refusal(const std::string& text) {
  try {
    const plan p = parse_plan(text);
    return "accepted as '" + encode(p) + "'";
  } catch (const bad_plan& bad) {
    return bad.what();
  }
}

TEST(Fault, EveryKindSurvivesItsText) {
  for (const fault& f : all_faults()) {
    const auto back = parse_fault(encode(f));
    ASSERT_TRUE(back.has_value()) << encode(f);
    EXPECT_EQ(*back, f) << encode(f);
  }
}

TEST(Fault, TextsAreDistinct) {
  std::vector<std::string> texts;
  for (const fault& f : all_faults()) texts.push_back(encode(f));
  std::sort(texts.begin(), texts.end());
  EXPECT_EQ(std::adjacent_find(texts.begin(), texts.end()), texts.end());
}

TEST(Fault, AnyOtherTextIsNone) {
  for (const char* text : {"", "*", "throw", "throw:", "throw:eo", "throw:eofx", "throw:eof**",
                           "throw#", "throw#0", "throw#257", "throw#-1", "throw#+1", "throw#01",
                           "throw#1 ", " throw#1", "code", "code:", "code#1", "THROW:eof",
                           "throw:eof*0", "throw:eof*1", "throw:eof*256", "throw:eof*x", "delay:0",
                           "delay:1", "delay:256", "delay*", "delay#2", "random:1", "pct", "pct0",
                           "pct256"})
    EXPECT_EQ(parse_fault(text), std::nullopt) << text;
}

TEST(Plan, EmptyPlanIsTheEmptyText) {
  EXPECT_EQ(encode(plan()), "");
  EXPECT_EQ(parse_plan(""), plan());
}

TEST(Plan, SurvivesItsText) {
  for (const fault& f : all_faults()) {
    if (is_schedule(f.kind)) continue;
    plan p;
    p.add({{0xFEDCBA9876543210u, 3, 40'000}, f});
    p.add({{1, 1, 4'294'967'295u}, fault{}});
    p.add({{~std::uint64_t{0}, 4'294'967'295u, 1}, f});
    EXPECT_EQ(parse_plan(encode(p)), p) << encode(p);
  }
}

TEST(Plan, AFullPlanSurvivesItsText) {
  plan p;
  for (std::size_t i = 0; i < plan::capacity; ++i) p.add(somewhere(i + 1));
  EXPECT_EQ(parse_plan(encode(p)), p);
  EXPECT_THROW(p.add(somewhere(9)), std::length_error);
}

TEST(Plan, HoldsFewAndMany) {
  plan p;
  for (std::size_t i = 0; i < 5; ++i) {
    const plan before = p;
    p.add(somewhere(i + 1));
    ASSERT_EQ(p.size(), i + 1);
    EXPECT_LT(before, p);
    EXPECT_NE(before, p);
    for (std::size_t k = 0; k <= i; ++k) EXPECT_EQ(p[k], somewhere(k + 1));
    EXPECT_EQ(plan(p), p);
    plan from = p;
    EXPECT_EQ(plan(std::move(from)), p);
    EXPECT_EQ(std::distance(p.begin(), p.end()), static_cast<std::ptrdiff_t>(i + 1));
  }
}

TEST(Plan, UnknownSitesArePrintedByNumber) {
  EXPECT_EQ(encode(plan(somewhere(0xAB))), "@ab=throw:failed");
}

TEST(Plan, KnowsASiteByItsText) {
  const std::string site = "pool.cpp:app::pool::session+4~2";
  EXPECT_EQ(parse_plan(site + "/2.3=code:eof")[0].where, (point{sites::key_of(site), 2, 3}));
  const std::string before = "a.cpp:operator/-12";
  EXPECT_EQ(parse_plan(before + "/1.1=throw#2*")[0].where.site, sites::key_of(before));
  EXPECT_EQ(parse_plan(before + "=throw#2*")[0].where, (point{sites::key_of(before), 1, 1}));
  EXPECT_EQ(parse_plan("a.cpp:f+start/2.1=delay")[0].where,
            (point{sites::key_of("a.cpp:f+start"), 2, 1}));
}

TEST(Plan, AWholeScheduleHasASeed) {
  const plan p = parse_plan("schedule=pct3:77;a.cpp:f+1=throw:eof");
  EXPECT_EQ(p[0], (deviation{schedule_point(77), {fault_kind::pct, 3}}));
  EXPECT_EQ(encode(plan(p[0])), "schedule=pct3:77");
  EXPECT_EQ(encode(parse_plan("schedule=random:4294967295")), "schedule=random:4294967295");
}

TEST(Plan, FewestDeviationsComeFirst) {
  plan two(somewhere(1));
  two.add(somewhere(1));
  const plan low(somewhere(1)), high(somewhere(2)), later({{1, 1, 2}, {}});
  std::vector<plan> all = {two, high, later, plan(), low};
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<plan>{plan(), low, later, high, two}));
  EXPECT_EQ(low <=> low, std::strong_ordering::equal);
}

TEST(Plan, SaysWhatIsWrongWithAText) {
  const auto says = [](const char* text, const char* what) {
    EXPECT_NE(refusal(text).find(what), std::string::npos) << refusal(text);
    EXPECT_EQ(refusal(text).rfind("cofault: the plan '", 0), 0u) << refusal(text);
  };
  says("nonsense", "no '='");
  says("a.cpp:f+1/2=throw:eof", "'2' is no instance.visit");
  says("a.cpp:f+start=throw:eof", "'throw:eof' is not a fault");
  says("a.cpp:f+1=random", "'random' is not a fault");
  says("schedule=throw:eof", "a schedule is random:seed");
  says("schedule=random", "a schedule is random:seed");
  says("schedule=random:0", "seed '0'");
  says("schedule=pct3:x", "seed 'x'");
  says("a.cpp:f+1/0.1=throw:eof", "instance '0'");
  says("a.cpp:f+1/1.x=throw:eof", "visit 'x'");
  says("a.cpp:f+1/1.01=throw:eof", "visit '01'");
  says("a.cpp:f+1/1.4294967296=throw:eof", "visit '4294967296'");
  says("a.cpp:f+1/1.1=throw:up", "'throw:up' is not a fault");
  says("f+1/1.1=throw:eof", "names no await point");
  says("a.cpp:f/1.1=throw:eof", "names no await point");
  says("a.cpp:f+/1.1=throw:eof", "line offset");
  says("a.cpp:f+1x/1.1=throw:eof", "line offset");
  says("a.cpp:f+~~/1.1=throw:eof", "line offset");
  says("a.cpp:f+1~/1.1=throw:eof", "line offset");
  says("a.cpp:f+1~2~3/1.1=throw:eof", "line offset");
  says("@/1.1=throw:eof", "not a site's number");
  says("@xyz/1.1=throw:eof", "not a site's number");
  says("@10000000000000000/1.1=throw:eof", "not a site's number");
  says(";@1/1.1=throw:eof", "nothing before");
  says("@1/1.1=throw:eof;", "nothing behind");
  says("@1/1.1=throw:eof;;@1/1.1=throw:eof", "nothing before");
}

TEST(Plan, TooManyDeviationsAreRefused) {
  std::string text = "@1/1.1=throw:eof";
  for (std::size_t i = 0; i < plan::capacity; ++i) text += ";@1/1.1=throw:eof";
  EXPECT_NE(refusal(text).find("more deviations"), std::string::npos) << refusal(text);
}

// What is accepted is what the text says: nothing is dropped or read twice, and nothing is filled in
// but the first visit.
void expect_exact(std::string text) {
  plan p;
  try {
    p = parse_plan(text);
  } catch (const bad_plan&) {
    return;
  }
  for (std::size_t at; (at = text.find("/1.1=")) != text.npos;) text.erase(at, 4);
  EXPECT_EQ(encode(p), text);
}

// Truncated at either end, and edited here and there.
void expect_exact_when_damaged(const std::string& whole) {
  for (std::size_t i = 0; i <= whole.size(); ++i) expect_exact(whole.substr(0, i));
  for (std::size_t i = 0; i < whole.size(); ++i) expect_exact(whole.substr(i));

  std::mt19937 random(1);
  const std::string alphabet = "@/.=;*#+-~019afx \t";  // no ':': it would name a site by text
  const auto below = [&](std::size_t n) { return random() % n; };
  for (int round = 0; round < 20'000; ++round) {
    std::string text = whole;
    for (std::size_t edits = 1 + below(3); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = below(text.size());
      const char fresh = alphabet[below(alphabet.size())];
      if (below(3) == 0)
        text.erase(at, 1 + below(4));
      else if (below(2) == 0)
        text.insert(at, 1, fresh);
      else
        text[at] = fresh;
    }
    expect_exact(text);
  }
}

TEST(Plan, DamagedTextsAreRefusedOrMeanWhatTheySay) {
  plan p;
  p.add({{0xFEDCBA9876543210u, 3, 47}, {fault_kind::throw_value, 11, 0}});
  p.add({{0xABC, 12, 1}, {fault_kind::code, std::uint8_t(io_error::no_descriptors), 3}});
  expect_exact_when_damaged(encode(p));
}

TEST(Plan, DamagedSchedulesAreRefusedOrMeanWhatTheySay) {
  plan p;
  p.add({schedule_point(4'071), {fault_kind::pct, 31}});
  p.add({{0xABC, 1, 21}, {fault_kind::delay, 131}});
  p.add({schedule_point(19), {fault_kind::random}});
  p.add({{0xD, 1, 1}, {fault_kind::delay, 1}});
  p.add({{0xE, 1, 1}, {fault_kind::throw_error, 0, 119}});
  expect_exact_when_damaged(encode(p));
}

// The start of a coroutine is a place by text only.
TEST(Plan, DamagedStartsAreRefusedOrNameAnotherPlace) {
  const std::string start = "a.cpp:f+start";
  EXPECT_EQ(parse_plan(start + "=delay:3")[0].where.site, sites::key_of(start));
  for (const char* text : {"a.cpp:f+start=delay:1", "a.cpp:f+start~1=delay", "a.cpp:f-start=delay",
                           "a.cpp:f+start1=delay", "a.cpp:f+star=delay", "a.cpp:f+start*=delay",
                           "a.cpp:f+Start=delay", "a.cpp:f+start=cancel:late", "+start=delay",
                           "a.cpp:f+start=random:1", "a.cpp:f+start/1=delay"})
    EXPECT_EQ(refusal(text).rfind("cofault: the plan '", 0), 0u) << text << refusal(text);
}

TEST(Plan, GarbageNeverCrashes) {
  std::mt19937 random(2);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 40, '\0');
    for (char& c : text) c = static_cast<char>(random());
    EXPECT_TRUE(text.empty() || refusal(text).rfind("accepted", 0) != 0) << text;
  }
}

}  // namespace
