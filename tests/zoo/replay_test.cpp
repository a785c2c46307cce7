// SPDX-License-Identifier: BSL-1.0
// A plan's text is all that is needed to see a bug again: each replay is the same, event by event.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "cofault/detail/texts.hpp"
#include "cofault/gtest.hpp"
#include "cofault/plan.hpp"
#include "cofault/run.hpp"
#include "cofault/site.hpp"
#include "verdict.hpp"
#include "zoo.hpp"

// Specimens leak on purpose, and here they do so in the process that LeakSanitizer looks at.
extern "C" __attribute__((weak)) void __lsan_disable();
extern "C" __attribute__((weak)) void __lsan_enable();

namespace zoo {
namespace {

using namespace cofault;
using testing::ElementsAre;

constexpr std::uint32_t replays_in_all = 100'000, replays_of_a_death = 20;

std::string name_of(const testing::TestParamInfo<specimen>& info) { return info.param.name; }

// The bug takes its process with it.
bool kills(const specimen& s) { return s.property == survival || s.property == termination; }

std::vector<specimen> all_that(bool kill) {
  std::vector<specimen> out = all();
  std::erase_if(out, [&](const specimen& s) { return kills(s) != kill; });
  return out;
}

// All of what a run left behind that is to be the same again.
struct record {
  outcome end;
  std::vector<event> trace;
  std::vector<std::string> texts;  // of assertions
};

// Who spins is parked soon: the verdict is the same, and its trace is short enough to be compared
// thousands of times.
record run_once(const specimen& s, const plan& p) {
  record out;
  const options how = s.how.visits(100);
  if (__lsan_disable != nullptr) __lsan_disable();
  out.end = cofault::run(s.world, p, how);
  if (__lsan_enable != nullptr) __lsan_enable();
  out.trace.assign(out.end.trace().begin(), out.end.trace().end());
  for (const event& e : out.trace)
    if (e.kind == event_kind::assertion)
      out.texts.emplace_back(detail::text_of(static_cast<std::uint32_t>(e.value)));
  return out;
}

std::string text_of(const event& e) {
  std::string out;
  for (const std::uint64_t part :
       {std::uint64_t(e.kind), std::uint64_t{e.frame}, std::uint64_t{e.site},
        std::uint64_t{e.other}, e.value, std::uint64_t(e.time)})
    out += std::to_string(part) + ' ';
  return out;
}

bool same(const event& a, const event& b) {
  return a.kind == b.kind && a.frame == b.frame && a.site == b.site && a.other == b.other &&
         a.value == b.value && a.time == b.time;
}

// "" or the first thing that differs.
std::string difference(const std::vector<event>& a, const std::vector<event>& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    if (!same(a[i], b[i]))
      return "event " + std::to_string(i) + ": " + text_of(a[i]) + "became " + text_of(b[i]);
  return a.size() == b.size() ? ""
                              : "one has " + std::to_string(a.size()) + " events, the other " +
                                    std::to_string(b.size());
}

std::string difference(const record& a, const record& b) {
  const auto facts = [](const outcome& o) {
    return std::tuple(o.end, o.truncated, o.fault_free, o.reached, o.retried, o.keeps_retrying,
                      o.root_completions, o.arrivals, o.duration, o.kinds);
  };
  if (facts(a.end) != facts(b.end)) return "the outcome";
  return a.texts != b.texts ? "what assertions say" : difference(a.trace, b.trace);
}

// What the programs print thousands of times tells nothing.
class Replay : public testing::TestWithParam<specimen> {
 protected:
  ~Replay() override { std::clog.rdbuf(shown_); }

 private:
  std::streambuf* const shown_ = std::clog.rdbuf(nullptr);
};

TEST_P(Replay, IsTheSameEventByEvent) {
  const specimen& s = GetParam();
  const plan smallest = parse_plan(s.plan);
  run_once(s, plan());
  const record first = run_once(s, smallest);
  ASSERT_EQ(first.end.reached, smallest.size());
  const auto runs = replays_in_all / static_cast<std::uint32_t>(all_that(false).size()) + 1;
  for (std::uint32_t i = 0; i < runs; ++i)
    ASSERT_EQ(difference(first, run_once(s, smallest)), "") << "in replay " << i;
}

// The delays that a run made, in its order.
plan written(const std::vector<event>& trace) {
  std::vector<deviation> all;
  for (const event& e : trace) {
    if (e.kind != event_kind::delayed) continue;
    const point at{sites::site(e.site).key, static_cast<std::uint32_t>(e.value >> 32),
                   static_cast<std::uint32_t>(e.value)};
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const deviation& d) { return d.where == at; });
    if (known == all.end())
      all.push_back({at, {fault_kind::delay, 1}});
    else
      ++known->what.value;
  }
  plan out;
  for (const deviation& d : all) out.add(d);
  return out;
}

// Without what tells a whole schedule from the list of its delays.
std::vector<event> without_choices(std::vector<event> trace) {
  std::erase_if(trace, [](const event& e) { return e.kind == event_kind::choice; });
  for (event& e : trace)
    if (e.kind == event_kind::delayed) e.other = 0;
  return trace;
}

// Not of those that die: they would take this process with them.
TEST_P(Replay, OfAWholeScheduleIsThatOfItsDelays) {
  const specimen& s = GetParam();
  run_once(s, plan());
  for (const char* schedule : {"random", "pct2", "pct3"})
    for (int seed = 1; seed <= 20; ++seed) {
      const std::string text = std::string("schedule=") + schedule + ':' + std::to_string(seed);
      const record first = run_once(s, parse_plan(text));
      ASSERT_EQ(difference(first, run_once(s, parse_plan(text))), "") << text;
      const plan delays = written(first.trace);
      const record again = run_once(s, parse_plan(encode(delays)));
      ASSERT_EQ(again.end.reached, delays.size()) << text << ", written " << encode(delays);
      ASSERT_EQ(difference(without_choices(first.trace), without_choices(again.trace)), "")
          << text << ", written " << encode(delays);
    }
}

INSTANTIATE_TEST_SUITE_P(, Replay, testing::ValuesIn(all_that(false)), name_of);

class ReplayedLine : public testing::TestWithParam<specimen> {};

TEST_P(ReplayedLine, ShowsTheOneFinding) {
  const specimen& s = GetParam();
  const std::uint32_t times = kills(s) ? replays_of_a_death : 1;
  std::set<std::string> explanations;
  for (std::uint32_t i = 0; i < times; ++i) {
    const exploration result = s.buggy(s.how.replay(encode(parse_plan(s.plan))));
    ASSERT_EQ(result.error, "");
    ASSERT_THAT(found(result), ElementsAre(expected(s))) << describe(result);
    explanations.insert(result.findings[0].explanation);
  }
  EXPECT_EQ(explanations.size(), 1u) << testing::PrintToString(explanations);
}

INSTANTIATE_TEST_SUITE_P(, ReplayedLine, testing::ValuesIn(all()), name_of);

// The same lines with every compiler.
TEST(ReplayLines, AreTheGoldenOnes) {
  const std::string folder = std::string(__FILE__).substr(0, std::string(__FILE__).rfind('/') + 1);
  std::ifstream file(folder + "plans.txt");
  std::vector<std::string> golden, now;
  for (std::string line; std::getline(file, line);) golden.push_back(line);
  for (const specimen& s : all())
    for (const finding& f : s.buggy(s.how).findings)
      now.push_back(s.name + ' ' + encode(f.smallest));
  EXPECT_THAT(now, testing::ElementsAreArray(golden));
}

TEST(ReplayLines, AreShort) {
  std::vector<std::size_t> lengths;
  for (const specimen& s : all()) lengths.push_back(s.plan.size());
  std::sort(lengths.begin(), lengths.end());
  const std::size_t median = lengths[lengths.size() / 2];
  RecordProperty("median", std::to_string(median));
  EXPECT_LE(median, 40u);
}

}  // namespace
}  // namespace zoo
