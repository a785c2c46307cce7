// SPDX-License-Identifier: BSL-1.0
// Whole explorations.
#include <sys/resource.h>

#include <cofault/cancel.hpp>
#include <cofault/inject/cancel.hpp>
#include <cofault/inject/throwing.hpp>
#include <cofault/scheduler.hpp>

#include "by_hand.hpp"
#include "kept_output.hpp"
#include "program.hpp"
#include "row.hpp"

namespace bench {
namespace {

struct cancelled : std::exception {};

// Resumes with an exception once the program was asked to stop.
struct stoppable {
  cofault::scheduler* s = nullptr;
  bool stop = false;
  struct awaiter : cofault::scheduler::awaiter {
    bool& stop;
    void await_resume() {
      if (stop) throw cancelled();
    }
  };
  awaiter yield() { return {s->yield(), stop}; }
};

void complain(benchmark::State& state, const cofault::exploration& found) {
  fail(state, ("not as it should be: " + cofault::describe(found)).c_str());
}

void throw_sweep(benchmark::State& state) {
  const auto how = cofault::options().inject(cofault::inject::throwing(lost())).in_process();
  for (auto _ : state) {
    const auto found =
        cofault::explore([](cofault::scheduler& s) { return one_task<true>(s, awaits); }, how);
    if (found.trials != awaits || !found.clean()) complain(state, found);
  }
}

void throw_sweep_by_hand(benchmark::State& state) {
  for (auto _ : state)
    if (sweep_by_hand(awaits) != awaits) fail(state, "not everything was caught");
}

// Returns whether a fault came out of the run; -1 is none.
bool one_recorded(std::vector<cofault::event>& records, int faulty) {
  cofault::detail::forget_output();
  try {
    recorded_raw_loop w(records, faulty);
    benchmark::DoNotOptimize(w.drive(one_task<false>(w, awaits)));
    return false;
  } catch (const lost&) {
    return true;
  }
}

// The least that tells a sweep: what is printed is kept apart, a death is spoken for, and three
// runs without faults come first.
void throw_sweep_recorded(benchmark::State& state) {
  std::vector<cofault::event> records;
  for (auto _ : state) {
    const cofault::detail::kept_output quiet;
    int caught = 0;
    for (int faulty = -3; faulty < awaits; ++faulty)
      caught += one_recorded(records, faulty) ? 1 : 0;
    if (caught != awaits) fail(state, "not everything was caught");
  }
}

void cancel_sweep(benchmark::State& state) {
  const auto how = cofault::options()
                       .inject(cofault::inject::cancel({cofault::moment::suspended}))
                       .cancellation<cancelled>()
                       .in_process();
  stoppable w;
  for (auto _ : state) {
    const auto found = cofault::explore(
        [&](cofault::scheduler& s) {
          w = {&s};
          cofault::on_cancel([&w] { w.stop = true; });
          return one_task<true>(w, awaits);
        },
        how);
    if (found.trials != awaits || !found.clean()) complain(state, found);
  }
}

void cancel_sweep_by_hand(benchmark::State& state) {
  for (auto _ : state)
    if (sweep_by_hand(awaits) != awaits) fail(state, "not everything was caught");
}

constexpr int points_of_pairs = 40;

void all_pairs(benchmark::State& state) {
  const auto how = cofault::options()
                       .inject(cofault::inject::throwing(lost()))
                       .deliberate<lost>()
                       .search(cofault::search::exhaustive(2))
                       .in_process();
  constexpr std::uint32_t pairs = points_of_pairs * (points_of_pairs - 1) / 2;
  for (auto _ : state) {
    const auto found = cofault::explore(
        [](cofault::scheduler& s) { return forgiving_task<true>(s, points_of_pairs); }, how);
    if (found.trials < points_of_pairs + pairs || !found.clean()) complain(state, found);
  }
}

constexpr int schedules = 10'000;

// Processor time, in seconds, of this process and of the children that have ended.
double processor_time() {
  double out = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    for (const timeval& t : {used.ru_utime, used.ru_stime})
      out += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  }
  return out;
}

template <bool Isolated>
void many_schedules(benchmark::State& state) {
  auto how = cofault::options().search(cofault::search::random(schedules));
  if (!Isolated) how = how.in_process();
  for (auto _ : state) {
    const double before = processor_time();
    const auto found =
        cofault::explore([](cofault::scheduler& s) { return three_tasks<true>(s); }, how);
    state.SetIterationTime(processor_time() - before);
    if (found.trials != schedules) complain(state, found);
  }
}

const added here{
    {.program = "C",
     .what = "a throw at each of 10 awaits, one exploration",
     .peer_is = "raw sweep, throws as often",
     .name = "throw_sweep",
     .ours = throw_sweep,
     .peer = throw_sweep_by_hand,
     .most = 2},
    {.program = "C",
     .what = "a throw at each of 10 awaits, one exploration",
     .peer_is = "raw sweep with a queue and records, its output kept",
     .name = "throw_sweep_recorded",
     .ours = throw_sweep,
     .peer = throw_sweep_recorded},
    {.program = "D",
     .what = "a cancellation at each of 10 awaits",
     .peer_is = "raw sweep, throws as often",
     .name = "cancel_sweep",
     .ours = cancel_sweep,
     .peer = cancel_sweep_by_hand},
    {.program = "G",
     .what = "all pairs of throws at 40 awaits",
     .name = "all_pairs",
     .ours = all_pairs,
     .most = 1e9},
    {.program = "H",
     .what = "10,000 random schedules in a forked child",
     .peer_is = "in this process",
     .name = "isolated",
     .ours = many_schedules<true>,
     .peer = many_schedules<false>,
     .manual_time = true},
    {.program = "H",
     .what = "isolation, a trial",
     .name = "isolation",
     .most = 1e3,
     .derive =
         [](auto& times) {
           if (times.contains("isolated") && times.contains("isolated/peer"))
             times["isolation"] = (times["isolated"] - times["isolated/peer"]) / schedules;
         }},
};

}  // namespace
}  // namespace bench
