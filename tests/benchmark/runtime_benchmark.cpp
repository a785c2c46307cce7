// SPDX-License-Identifier: BSL-1.0
// What virtual time costs on the reference runtime.
#include <chrono>
#include <cofault/runtime.hpp>
#include <vector>

#include "row.hpp"

namespace bench {
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

// A day with so many tasks that sleep.
constexpr int tasks = 10'000;

task<> sleep(std::chrono::nanoseconds d) { co_await sleep_for(d); }

task<> gather_timers() {
  std::vector<task<>> all;
  for (int i = 0; i < tasks; ++i) all.push_back(sleep((i * 7919LL % tasks) * 8640ms));
  co_await gather(std::move(all));
}

void day_of_timers(benchmark::State& state) {
  for (auto _ : state) run(gather_timers());
}

const added here{
    {.program = "I",
     .what = "an hour of sleeps, a second each",
     .name = "hour_of_sleeps",
     .ours = hour_of_sleeps,
     .most = 1e6},
    {.program = "I",
     .what = "a day with 10,000 tasks that sleep",
     .name = "day_of_timers",
     .ours = day_of_timers},
};

}  // namespace
}  // namespace bench
