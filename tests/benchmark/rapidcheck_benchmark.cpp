// SPDX-License-Identifier: BSL-1.0
// What a RapidCheck case with a plan costs, beside RapidCheck's own cost of such a case: the same
// input, a number in place of the plan, and the same coroutine driven by hand, once as it is and
// once with the fault that the number names.
#include <benchmark/benchmark.h>

#include <cofault/rapidcheck.hpp>
#include <cofault/run.hpp>
#include <cofault/scheduler.hpp>
#include <cstdint>
#include <memory>

#include "../support/task.hpp"
#include "row.hpp"

COFAULT_USER_CODE(__FILE__);

namespace bench {
namespace {

using support::task;

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
      fail(state, result.description.c_str());
  }
}

void with_a_plan(benchmark::State& state) {
  run_cases(state, rc::detail::toProperty([](const cofault::plan& faults) {
              const auto body = [](cofault::scheduler& s) { return work(s, count()); };
              RC_ASSERT(cofault::survives(body, faults));
            }));
}

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

void without_cofault(benchmark::State& state) {
  run_cases(state, rc::detail::toProperty([](std::uint64_t number) {
              RC_ASSERT(!fails_by_hand(count(), -1));
              RC_ASSERT(fails_by_hand(count(), static_cast<int>(number % count())));
            }));
}

const added here{
    {.program = "rapidcheck",
     .what = "a case with a plan, 10 awaits",
     .peer_is = "the same case by hand",
     .name = "rapidcheck_case",
     .ours = with_a_plan,
     .peer = without_cofault},
    {.program = "rapidcheck",
     .what = "both runs of such a case, and nothing else",
     .name = "rapidcheck_runs",
     .ours = with_two_runs},
    {.program = "rapidcheck",
     .what = "what cofault adds to a case",
     .name = "rapidcheck_more",
     .most = 2e3,
     .derive =
         [](auto& times) {
           if (times.contains("rapidcheck_case") && times.contains("rapidcheck_case/peer"))
             times["rapidcheck_more"] = times["rapidcheck_case"] - times["rapidcheck_case/peer"];
         }},
};

}  // namespace
}  // namespace bench
