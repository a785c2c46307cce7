// SPDX-License-Identifier: BSL-1.0
#include "row.hpp"

namespace bench {
namespace {

bool broken = false;

}  // namespace

std::vector<row>& rows() {
  static std::vector<row> all;
  return all;
}

int& largest() {
  static int points = 10'000;
  return points;
}

void fail(benchmark::State& state, const char* why) {
  broken = true;
  state.SkipWithError(why);
}

bool failed() { return broken; }

measure peer(int (*does)(), int awaits) {
  return [=](benchmark::State& state) {
    int done = awaits;
    for (auto _ : state) done = does();
    if (done != awaits) fail(state, "the peer did something else");
  };
}

}  // namespace bench
