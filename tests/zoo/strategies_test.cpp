// SPDX-License-Identifier: BSL-1.0
// How many trials each strategy, followed alone, needs for each planted bug. The table is printed,
// and written to strategies.txt in the working directory; it must be the one that docs/search.md
// shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>

#include "cofault/gtest.hpp"
#include "cofault/plan.hpp"
#include "verdict.hpp"
#include "zoo.hpp"

namespace zoo {
namespace {

using namespace cofault;
using trials = std::optional<std::uint32_t>;  // nothing: not found

constexpr std::uint32_t samples = 2000;

// A program in which nothing can be chosen gives nothing to sample: that is not found, either.
trials first_trial(const specimen& s, const exploration& result) {
  for (const finding& f : result.findings)
    if (f.property == s.property) return f.at_trial;
  return std::nullopt;
}

// A few samples first, for what is found soon: they are the same ones that many begin with.
template <class Sampling>
trials sampled(const specimen& s, Sampling strategy) {
  const trials soon = first_trial(s, s.buggy(s.how.search(strategy(samples / 20))));
  return soon ? soon : first_trial(s, s.buggy(s.how.search(strategy(samples))));
}

bool needs_only_delays(const specimen& s) {
  const plan smallest = parse_plan(s.plan);
  return std::all_of(smallest.begin(), smallest.end(),
                     [](const deviation& d) { return d.what.kind == fault_kind::delay; });
}

struct row {
  std::string name;
  trials singles, pairs, random, pct2, pct3;
};

row measure(const specimen& s) {
  row out{s.name, {}, {}, {}, {}, {}};
  out.singles = first_trial(s, s.buggy(s.how.search(search::exhaustive(1))));
  const exploration pairs = s.buggy(s.how.search(search::exhaustive(2)));
  EXPECT_THAT(found(pairs), testing::ElementsAre(expected(s))) << describe(pairs);
  out.pairs = first_trial(s, pairs);
  out.random = sampled(s, [](std::uint32_t n) { return search::random(n); });
  out.pct2 = sampled(s, [](std::uint32_t n) { return search::pct(2, n); });
  out.pct3 = sampled(s, [](std::uint32_t n) { return search::pct(3, n); });
  return out;
}

void print(std::ostream& out, const row& r) {
  out << std::left << std::setw(28) << r.name << std::right;
  for (const trials& t : {r.singles, r.pairs, r.random, r.pct2, r.pct3})
    out << std::setw(8) << (t ? std::to_string(*t) : "-");
  out << '\n';
}

std::string documentation() {
  const std::string here = __FILE__;
  std::ifstream file(here.substr(0, here.rfind("tests/zoo/")) + "docs/search.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Strategies, FindWhatTheyAreFor) {
  std::ostringstream table;
  table << std::left << std::setw(28) << "found in trial" << std::right;
  for (const char* name : {"single", "pairs", "random", "pct(2)", "pct(3)"})
    table << std::setw(8) << name;
  table << '\n';
  for (const specimen& s : all()) {
    const row r = measure(s);
    print(table, r);
    EXPECT_EQ(r.singles.has_value(), parse_plan(s.plan).size() == 1) << s.name;
    EXPECT_TRUE(r.pairs.has_value()) << s.name;
    EXPECT_EQ(r.singles ? r.singles : r.pairs, r.pairs) << s.name << ": singles come first";
    if (!needs_only_delays(s)) continue;
    EXPECT_TRUE(r.random.has_value()) << s.name;
    EXPECT_TRUE(r.pct2.has_value()) << s.name;
    EXPECT_TRUE(r.pct3.has_value()) << s.name;
  }
  std::cout << table.str();
  RecordProperty("table", table.str());
  std::ofstream("strategies.txt") << table.str();
  EXPECT_THAT(documentation(), testing::HasSubstr(table.str())) << "paste it there";
}

// How long a team would wait for the whole zoo; a figure for docs/search.md, nothing to assert.
TEST(Strategies, ByDefaultFindAll) {
  const auto began = std::chrono::steady_clock::now();
  std::uint32_t tried = 0;
  for (const specimen& s : all()) {
    const exploration result = s.buggy(s.how);
    EXPECT_TRUE(first_trial(s, result).has_value()) << s.name;
    tried += result.trials;
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - began);
  std::cout << "all of the zoo by default: " << tried << " trials, " << took.count() << " ms\n";
  RecordProperty("milliseconds", std::to_string(took.count()));
}

}  // namespace
}  // namespace zoo
