// SPDX-License-Identifier: BSL-1.0
// What a RapidCheck case with a plan costs, beside RapidCheck's own cost of such a case: the same
// input, a number in place of the plan, and the same coroutine driven by hand, once as it is and
// once with the fault that the number names.
#include <benchmark/benchmark.h>

#include <cofault/rapidcheck.hpp>
#include <cofault/run.hpp>
#include <cofault/scheduler.hpp>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../support/task.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using support::task;

constexpr double target = 2000;  // nanoseconds

task<> work(cofault::scheduler& s, int count) {
  for (int i = 0; i < count; ++i) co_await s.yield();
}

// The same, with the fault written into it.
task<> by_hand(cofault::scheduler& s, int count, int faulty) {
  for (int i = 0; i < count; ++i) {
    if (i == faulty) throw cofault::injected_error("failed");
    co_await s.yield();
  }
}

bool fails_by_hand(int count, int faulty) {
  cofault::scheduler s;
  task<> root = by_hand(s, count, faulty);
  s.post([&root] { root.start(); });
  while (s.ready() > 0) s.run(0);
  try {
    root.await_resume();
    return false;
  } catch (const cofault::injected_error&) {
    return true;
  }
}

using count = std::integral_constant<int, 10>;

void run_cases(benchmark::State& state, const rc::detail::Property& property) {
  rc::Random random(1);
  for (auto _ : state) {
    const auto result = property(random.split(), 5).value().result;
    if (result.type != rc::detail::CaseResult::Type::Success)
      state.SkipWithError(result.description.c_str());
  }
}

void with_a_plan(benchmark::State& state) {
  run_cases(state, rc::detail::toProperty([](const cofault::plan& faults) {
              const auto body = [](cofault::scheduler& s) { return work(s, count()); };
              RC_ASSERT(cofault::survives(body, faults));
            }));
}
BENCHMARK(with_a_plan);

// Both runs, and nothing else of cofault: no choice, no verdict.
void with_two_runs(benchmark::State& state) {
  const cofault::driver_factory world = [] {
    return std::make_unique<cofault::detail::scheduler_driver>(
        [](cofault::scheduler& s) { return cofault::detail::await_root(work(s, count())); });
  };
  const cofault::options how;
  const cofault::plan none;
  const auto plain = cofault::run(world, none, how);
  const auto all = cofault::trial{none, plain, true, how}.next();
  run_cases(state, rc::detail::toProperty([&](std::uint64_t number) {
              RC_ASSERT(cofault::run(world, none, how).reached == 0u);
              const cofault::plan faulted(all[number % all.size()]);
              RC_ASSERT(cofault::run(world, faulted, how).reached == 1u);
            }));
}
BENCHMARK(with_two_runs);

void without_cofault(benchmark::State& state) {
  run_cases(state, rc::detail::toProperty([](std::uint64_t number) {
              RC_ASSERT(!fails_by_hand(count(), -1));
              RC_ASSERT(fails_by_hand(count(), static_cast<int>(number % count())));
            }));
}
BENCHMARK(without_cofault);

// What the library's own reporter shows, and the times: of several repetitions the median.
class reporter : public benchmark::ConsoleReporter {
 public:
  reporter() : ConsoleReporter(OO_None) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration ? run.repetitions <= 1 : run.aggregate_name == "median")
        nanoseconds[run.run_name.function_name] = run.GetAdjustedCPUTime();
    ConsoleReporter::ReportRuns(runs);
  }
  std::map<std::string, double> nanoseconds;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  reporter times;
  benchmark::RunSpecifiedBenchmarks(&times);
  const double with = times.nanoseconds["with_a_plan"], own = times.nanoseconds["without_cofault"];
  const double runs = times.nanoseconds["with_two_runs"];
  if (with == 0 || own == 0 || runs == 0) return 1;
  std::printf(
      "\nRapidCheck case, 10 awaits: %.0f ns with a plan, %.0f ns without: %.0f ns more; "
      "target %.0f, %s\n",
      with, own, with - own, target, with - own <= target ? "kept" : "missed");
  std::printf(
      "of that the two runs make %.0f ns, the choice of the fault and the verdicts %.0f ns\n",
      runs - own, with - runs);
  return 0;
}
