// SPDX-License-Identifier: BSL-1.0
#include "cofault/simpler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "cofault/fault.hpp"

namespace {

std::size_t allocated = 0;  // bytes, since the program began

}  // namespace

// Counts, so that it is seen that a candidate is made only when it is asked for.
// Not inlined: g++ would not see that they belong together.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocated += size;
  if (void* const p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

using namespace cofault;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<plan> all_of(const plan& p) {
  std::vector<plan> out;
  simpler candidates(p);
  while (const auto next = candidates.next()) out.push_back(*next);
  EXPECT_EQ(candidates.next(), std::nullopt) << "the end is the end";
  return out;
}

std::vector<std::string> texts(const std::string& of) {
  std::vector<std::string> out;
  for (const plan& p : all_of(parse_plan(of))) out.push_back(encode(p));
  return out;
}

// What a change makes smaller: one of these, and none of them grows. Every try is more than any
// number of them.
std::array<std::uint32_t, 4> measure(const deviation& d) {
  const std::uint32_t tries = d.what.tries == 0 ? 256 : d.what.tries;
  const std::uint32_t times = d.what.kind == fault_kind::delay ? d.what.value : 0;
  return {tries, times, d.where.instance, d.where.visit};
}

bool is_changed_to(const deviation& a, const deviation& b) {
  const auto before = measure(a), after = measure(b);
  int shrunk = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (after[i] > before[i] || (after[i] == 0 && before[i] != 0)) return false;
    shrunk += after[i] < before[i];
  }
  return shrunk == 1 && a.where.site == b.where.site && a.what.kind == b.what.kind &&
         a.what.when == b.what.when &&
         (a.what.kind == fault_kind::delay || a.what.value == b.what.value);
}

bool is_part_of(const plan& part, const plan& whole) {
  const deviation* at = whole.begin();
  for (const deviation& d : part) {
    at = std::find(at, whole.end(), d);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

// The order: fewer deviations, or as many, of which one has a smaller measure. Well-founded, since
// both the number of deviations and the sum of all their measures are natural numbers.
bool is_simpler(const plan& a, const plan& b) {
  if (a.size() < b.size()) return is_part_of(a, b);
  if (a.size() > b.size()) return false;
  int changed = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (!is_changed_to(b[i], a[i])) return false;
    ++changed;
  }
  return changed == 1;
}

TEST(Simpler, ThanNothingIsNothing) { EXPECT_THAT(all_of(plan()), IsEmpty()); }

TEST(Simpler, ThanOnePlainFaultIsOnlyTheEmptyPlan) {
  EXPECT_THAT(texts("@a=throw:eof"), ElementsAre(""));
  EXPECT_THAT(texts("@a=delay"), ElementsAre(""));
  EXPECT_THAT(texts("root=cancel:start"), ElementsAre(""));
}

TEST(Simpler, MakesEachNumberSmaller) {
  EXPECT_THAT(texts("@a=throw:eof*"), ElementsAre("", "@a=throw:eof", "@a=throw:eof*2"));
  EXPECT_THAT(texts("@a=throw:eof*2"), ElementsAre("", "@a=throw:eof"));
  EXPECT_THAT(texts("@a=delay:2"), ElementsAre("", "@a=delay"));
  EXPECT_THAT(texts("@a=delay:3"), ElementsAre("", "@a=delay", "@a=delay:2"));
  EXPECT_THAT(texts("@a=delay:9"), ElementsAre("", "@a=delay", "@a=delay:4", "@a=delay:8"));
  EXPECT_THAT(texts("@a/2.1=stop:late"), ElementsAre("", "@a=stop:late"));
  EXPECT_THAT(texts("@a/1.4=delay"), ElementsAre("", "@a=delay", "@a/1.2=delay", "@a/1.3=delay"));
}

TEST(Simpler, OfAWholeScheduleKeepsItOrLeavesItOut) {
  EXPECT_THAT(texts("schedule=pct3:9"), ElementsAre(""));
  EXPECT_THAT(texts("schedule=random:9;@a=throw:eof"),
              ElementsAre("", "@a=throw:eof", "schedule=random:9"));
}

TEST(Simpler, LeavesOutManyThenOneThenMakesOneSmaller) {
  EXPECT_THAT(texts("@a=delay;@b=delay;@c=delay;@d/1.2=delay"),
              ElementsAre("", "@c=delay;@d/1.2=delay", "@a=delay;@b=delay",
                          "@b=delay;@c=delay;@d/1.2=delay", "@a=delay;@c=delay;@d/1.2=delay",
                          "@a=delay;@b=delay;@d/1.2=delay", "@a=delay;@b=delay;@c=delay",
                          "@a=delay;@b=delay;@c=delay;@d=delay"));
  EXPECT_THAT(texts("@a/1.2=delay;@b=throw:eof*"),
              ElementsAre("", "@b=throw:eof*", "@a/1.2=delay", "@a=delay;@b=throw:eof*",
                          "@a/1.2=delay;@b=throw:eof", "@a/1.2=delay;@b=throw:eof*2"));
}

TEST(Simpler, MakesACandidateWhenItIsAskedForIt) {
  plan full;
  for (std::uint32_t i = 0; i < plan::capacity; ++i)
    full.add({{i + 1, 1000, 1000}, {fault_kind::delay, 200}});
  constexpr std::size_t one = plan::capacity * sizeof(deviation);
  const std::size_t before = allocated;
  simpler candidates(full);
  ASSERT_TRUE(candidates.next()->empty());
  EXPECT_EQ(candidates.next()->size(), plan::capacity / 2);
  EXPECT_LT(allocated - before, 10 * one);
}

plan any_plan(std::mt19937& random) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  const auto number = [&] {
    const std::uint32_t most = std::array{1u, 9u, 40'000u, ~0u}.at(below(4));
    return 1 + below(most);
  };
  plan out;
  for (std::uint32_t size = below(10); size > 0; --size) {
    deviation d{{random(), number(), number()}, {}};
    d.what.kind = static_cast<fault_kind>(below(10));
    d.what.value = static_cast<std::uint8_t>(1 + below(255));
    if (is_failure(d.what.kind)) d.what.tries = static_cast<std::uint8_t>(below(256));
    if (is_schedule(d.what.kind)) d.where = schedule_point(1 + below(99));
    out.add(d);
  }
  return out;
}

TEST(Simpler, IsAlwaysSimplerAndNeverTheSameTwice) {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const plan p = any_plan(random);
    std::vector<plan> all = all_of(p);
    EXPECT_LE(all.size(), 2 * p.size() + 8 * p.size());
    for (const plan& q : all) ASSERT_TRUE(is_simpler(q, p)) << encode(q) << " than " << encode(p);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end()) << encode(p);
  }
}

// Whatever a search takes, it comes to an end: at the worst every candidate, and each time the
// last.
TEST(Simpler, TakenAgainAndAgainEnds) {
  std::mt19937 random(2);
  for (int round = 0; round < 50; ++round) {
    plan p = any_plan(random);
    int steps = 0;
    for (std::vector<plan> all = all_of(p); !all.empty(); all = all_of(p), ++steps) {
      const plan& q = all[random() % all.size()];
      ASSERT_TRUE(is_simpler(q, p));
      p = q;
    }
    EXPECT_TRUE(p.empty());
    EXPECT_LT(steps, 10'000);
  }
}

}  // namespace
