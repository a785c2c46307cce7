// SPDX-License-Identifier: BSL-1.0
// One trial: a run, and every property asked of what it left.
#include <cofault/run.hpp>
#include <cofault/scheduler.hpp>
#include <memory>

#include "asking_loop.hpp"
#include "by_hand.hpp"
#include "judge.hpp"
#include "program.hpp"
#include "row.hpp"
#include "world.hpp"

namespace bench {
namespace {

constexpr int all_of_three = 3 * awaits * (awaits - 1) / 2;

bool is_good(const cofault::outcome& what, const cofault::plan& p, const cofault::options& how) {
  return cofault::detail::judge(what, p, how) == cofault::detail::verdict::good;
}

void one_by_hand(benchmark::State& state) {
  for (auto _ : state) {
    raw_loop w;
    benchmark::DoNotOptimize(w.drive(one_task<false>(w, awaits)));
  }
}

// The least that tells a run: a queue, and three records an await.
void one_recorded(benchmark::State& state) {
  std::vector<cofault::event> records;
  int sum = all_of_three;
  for (auto _ : state) {
    random_loop w(records, 1);
    sum = w.drive(one_task<false>(w, awaits));
  }
  if (3 * sum != all_of_three) fail(state, "the task did not run to its end");
}

void one_asked(benchmark::State& state) {
  asked_memory memory;
  memory.expected = awaits * (awaits - 1) / 2;
  std::vector<std::coroutine_handle<>> ready;
  const asked_world_maker make = [&] { return std::make_unique<asking_loop>(ready); };
  const asked_properties properties = ten_properties();
  bool good = true;
  for (auto _ : state) good = run_and_ask(memory, make, properties) && good;
  if (!good) fail(state, "the task did not run to its end");
}

void one_run(benchmark::State& state) {
  const auto world = world_of([](cofault::scheduler& s) { return one_task<true>(s, awaits); });
  const cofault::plan none;
  const cofault::options how;
  bool good = true;
  std::uint64_t arrivals = awaits;
  for (auto _ : state) {
    const cofault::outcome done = cofault::run(world, none, how);
    arrivals = done.arrivals;
    good = good && is_good(done, none, how);
  }
  if (arrivals != awaits || !good) fail(state, "the run did not see every await, or found a bug");
}

template <class Loop>
void random_by_hand(benchmark::State& state) {
  std::vector<cofault::event> records;
  std::uint64_t seed = 0;
  int sum = all_of_three;
  for (auto _ : state) {
    Loop w(records, ++seed);
    sum = w.drive(three_tasks<false>(w));
  }
  if (sum != all_of_three) fail(state, "the three tasks did not run to their end");
}

void random_run(benchmark::State& state) {
  const auto world = world_of([](cofault::scheduler& s) { return three_tasks<true>(s); });
  const cofault::options how;
  std::uint32_t seed = 0;
  bool good = true;
  for (auto _ : state) {
    const cofault::plan any({cofault::schedule_point(++seed), {cofault::fault_kind::random}});
    const cofault::outcome done = cofault::run(world, any, how);
    good = good && done.root_completions == 1 && is_good(done, any, how);
  }
  if (!good) fail(state, "a random schedule found a bug");
}

const added here{
    {.program = "A",
     .what = "1 task, 10 awaits, no fault, every property",
     .peer_is = "raw loop",
     .name = "clean",
     .ours = one_run,
     .peer = one_by_hand,
     .most = 4},
    {.program = "A",
     .what = "1 task, 10 awaits, no fault, every property",
     .peer_is = "raw loop with a queue and records",
     .name = "clean_recorded",
     .ours = one_run,
     .peer = one_recorded},
    {.program = "A",
     .what = "1 task, 10 awaits, no fault, every property",
     .peer_is = "by hand, asking as much",
     .name = "clean_asked",
     .ours = one_run,
     .peer = one_asked},
    {.program = "B",
     .what = "3 tasks, 10 awaits each, random order",
     .peer_is = "raw loop, same pick and records",
     .name = "random",
     .ours = random_run,
     .peer = random_by_hand<random_loop>,
     .most = 1.5},
    {.program = "B",
     .what = "3 tasks, 10 awaits each, random order",
     .peer_is = "raw loop that names what it delays",
     .name = "random_named",
     .ours = random_run,
     .peer = random_by_hand<delaying_loop>},
};

}  // namespace
}  // namespace bench
