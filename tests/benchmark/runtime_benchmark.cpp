// SPDX-License-Identifier: BSL-1.0
// What virtual time costs on the reference runtime.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cofault/runtime.hpp>
#include <vector>

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;

task<> sleep_an_hour() {
  for (int second = 0; second < 3600; ++second) co_await sleep_for(1s);
}

// An hour of sleeps, a second each: below a millisecond.
void hour_of_sleeps(benchmark::State& state) {
  for (auto _ : state) run(sleep_an_hour());
}
BENCHMARK(hour_of_sleeps)->Unit(benchmark::kMicrosecond);

task<> sleep(std::chrono::nanoseconds d) { co_await sleep_for(d); }

task<> gather_timers(int count) {
  std::vector<task<>> all;
  for (int i = 0; i < count; ++i) all.push_back(sleep((i * 7919LL % count) * 8640ms));
  co_await gather(std::move(all));
}

// A day with so many tasks that sleep.
void day_of_timers(benchmark::State& state) {
  for (auto _ : state) run(gather_timers(static_cast<int>(state.range(0))));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(day_of_timers)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
