// SPDX-License-Identifier: BSL-1.0
// PCT keeps its promise: a bug of depth d is hit with a probability of at least
// 1 / (n * k^(d - 1)), where n chains of coroutines make k steps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cofault/plan.hpp"
#include "cofault/run.hpp"
#include "cofault/runtime.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using namespace cofault::runtime;

// What happens, in order: a letter a step.
std::string story;

task<> tell(std::string letters) {
  for (const char letter : letters) {
    story += letter;
    co_await yield();
  }
}

// One chain a string, all ready at once, and the root, which waits for them.
driver_factory chains(std::vector<std::string> of) {
  return [of] {
    const auto root = [of]() -> task<> {
      std::vector<handle<>> all;
      for (const std::string& letters : of) all.push_back(spawn(tell(letters)));
      co_await wait(all);
    };
    return std::make_unique<runtime::detail::runtime_driver>(
        [root](scheduler& s) -> std::shared_ptr<runtime::detail::task_base> {
          return runtime::detail::spawn_state(s, root(), std::source_location::current());
        },
        runtime::detail::observe_result<void>);
  };
}

struct bug {
  std::vector<std::string> chains;
  std::string order;  // it happens if these letters do in this order, whatever is in between

  bool happened() const {
    std::size_t at = 0;
    for (const char letter : order) {
      at = story.find(letter, at);
      if (at == story.npos) return false;
    }
    return true;
  }
};

class hunt {
 public:
  explicit hunt(bug b) : bug_(std::move(b)), world_(chains(bug_.chains)) {
    run_under("");
    EXPECT_FALSE(bug_.happened()) << "without a deviation: " << story;
  }

  // Chains and steps, as PCT counts them.
  double n() const { return static_cast<double>(bug_.chains.size() + 1); }
  double k() const { return static_cast<double>(steps_); }
  double bound(int depth) const { return 1 / (n() * std::pow(k(), depth - 1)); }

  double rate(const std::string& schedule, int seeds) {
    int hits = 0;
    for (int seed = 1; seed <= seeds; ++seed) {
      run_under("schedule=" + schedule + ':' + std::to_string(seed));
      hits += bug_.happened();
    }
    return double(hits) / seeds;
  }

 private:
  void run_under(const std::string& text) {
    story.clear();
    const outcome done = run(world_, parse_plan(text), options());
    EXPECT_EQ(done.end, ending::completed) << text;
    if (text.empty())
      for (const cofault::event& e : done.trace())
        if (e.kind == event_kind::resumed) steps_ = std::max(steps_, e.value >> 1);
  }

  bug bug_;
  driver_factory world_;
  std::uint64_t steps_ = 0;
};

void expect_bound(const bug& b, int depth) {
  hunt h(b);
  constexpr int seeds = 4000;
  // A fifth of them would hit rarely enough to be below the bound by chance at depth 3.
  const double pct = h.rate("pct" + std::to_string(depth), depth < 3 ? seeds : 5 * seeds);
  const double random = h.rate("random", seeds);
  std::cout << "depth " << depth << ", n = " << h.n() << ", k = " << h.k() << ": PCT hits "
            << pct * 100 << " %, at least " << h.bound(depth) * 100 << " % are promised; random "
            << random * 100 << " %\n";
  testing::Test::RecordProperty("pct", std::to_string(pct));
  testing::Test::RecordProperty("random", std::to_string(random));
  EXPECT_GE(pct, h.bound(depth));
  if (depth == 1) return;
  EXPECT_EQ(h.rate("pct" + std::to_string(depth - 1), seeds), 0) << "it is of smaller depth";
}

// b long before a, though a is ready at once: the priorities alone decide.
TEST(Pct, HitsABugOfDepthOne) {
  expect_bound({{".a", "................b", ".................", "................."}, "ba"}, 1);
}

// b between the neighbours a and A, which first come, first served keeps far apart. A chain tells
// its first letter when it is spawned, in front of all choices.
TEST(Pct, HitsABugOfDepthTwo) { expect_bound({{".aA......", "........b"}, "abA"}, 2); }

TEST(Pct, HitsABugOfDepthTwoBesideOthers) {
  expect_bound({{".aA......", "........b", ".........", "........."}, "abA"}, 2);
}

// What random hardly ever does: one chain stands still while another one makes many steps.
TEST(Pct, HitsABugOfDepthTwoFarApart) {
  expect_bound({{".aA", "........................b"}, "abA"}, 2);
}

// A and B, each late by one switch: the first as above, the second back again between b and B.
TEST(Pct, HitsABugOfDepthThree) { expect_bound({{".aA", "...bB"}, "abAB"}, 3); }

TEST(Pct, HitsABugOfDepthThreeBesideOthers) {
  expect_bound({{".aA", "...bB", ".", "."}, "abAB"}, 3);
}

}  // namespace
