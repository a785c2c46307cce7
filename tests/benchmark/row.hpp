// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bench {

using measure = std::function<void(benchmark::State&)>;

// One line of the table: what cofault costs, beside what somebody else's way of doing it costs.
struct row {
  std::string program = {};  // "A": which of the programs in docs/performance.md
  std::string what = {};
  std::string peer_is = {};      // "raw loop"; empty: the target is a time
  std::string name = {};         // of the benchmark; the peer's has "/peer" behind it
  measure ours = {}, peer = {};  // empty: the time comes from `derive`
  double most = 0;               // the ratio, or the nanoseconds, not to be exceeded; 0: no target
  std::function<void(std::map<std::string, double>&)> derive = {};  // times from other times
  bool real_time = false;                                           // waiting counts
  bool manual_time = false;  // it says itself how long it took
  int iterations = 0;        // 0: as many as the library wants
};

// In the order in which the table shows them: by program.
std::vector<row>& rows();

// Adds rows at namespace scope.
struct added {
  added(std::initializer_list<row> list) { rows().insert(rows().end(), list); }
};

// The largest number of await points that is swept: --largest=N.
int& largest();

// The benchmark itself is broken: the program will fail.
void fail(benchmark::State& state, const char* why);
bool failed();

// What somebody else does; it says how many awaits went well.
measure peer(int (*does)(), int awaits);

}  // namespace bench
