// SPDX-License-Identifier: BSL-1.0
// What a run, a sweep and a throw cost, each beside the same coroutine driven by hand in a loop.
#include <benchmark/benchmark.h>

#include <array>
#include <cofault/inject/throwing.hpp>
#include <cofault/instrument.hpp>
#include <cofault/run.hpp>
#include <cofault/scheduler.hpp>
#include <coroutine>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "candidates.hpp"
#include "kept_output.hpp"

namespace bench {

constexpr int awaits = 10;

// One task type in two copies; only the watched one is instrumented.
template <bool Watched>
class [[nodiscard]] task {
 public:
  struct promise_type {
    task get_return_object() {
      return task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct back {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
          return h.promise().waiting;
        }
        void await_resume() noexcept {}
      };
      return back{};
    }
    void unhandled_exception() { error = std::current_exception(); }
    void return_value(int v) { value = v; }
    std::coroutine_handle<> waiting = std::noop_coroutine();
    std::exception_ptr error;
    int value = 0;
  };

  explicit task(std::coroutine_handle<promise_type> h) : handle_(h) {}
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  ~task() {
    if (handle_) handle_.destroy();
  }
  void start() { handle_.resume(); }
  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) {
    handle_.promise().waiting = h;
    return handle_;
  }
  int await_resume() {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
    return handle_.promise().value;
  }

 private:
  std::coroutine_handle<promise_type> handle_;
};

struct lost : std::runtime_error {
  lost() : std::runtime_error("lost") {}
};

}  // namespace bench

COFAULT_INSTRUMENT(bench::task<true>);
COFAULT_USER_CODE(__FILE__);

namespace bench {
namespace {

bool broken = false;

void fail(benchmark::State& state, const char* why) {
  broken = true;
  state.SkipWithError(why);
}

task<true> watched(cofault::scheduler& s) {
  int sum = 0;
  for (int i = 0; i < awaits; ++i) {
    co_await s.yield();
    sum += i;
  }
  co_return sum;
}

// The same, with the fault written into it: throws instead of the await number `faulty`.
task<false> by_hand(cofault::scheduler& s, int faulty) {
  int sum = 0;
  for (int i = 0; i < awaits; ++i) {
    if (i == faulty) throw lost();
    co_await s.yield();
    sum += i;
  }
  co_return sum;
}

int drive_by_hand(int faulty) {
  cofault::scheduler s;
  task<false> root = by_hand(s, faulty);
  s.post([&root] { root.start(); });
  while (s.ready() > 0) s.run(0);
  return root.await_resume();
}

void clean_by_hand(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(drive_by_hand(awaits));
}

void clean_run(benchmark::State& state) {
  const cofault::driver_factory world = [] {
    return std::make_unique<cofault::detail::scheduler_driver>(
        [](cofault::scheduler& s) { return cofault::detail::await_root(watched(s)); });
  };
  const cofault::plan none;
  const cofault::options how;
  std::uint64_t arrivals = awaits;
  for (auto _ : state) arrivals = cofault::run(world, none, how).arrivals;
  if (arrivals != awaits) fail(state, "the run did not see every await");
}

void sweep_by_hand(benchmark::State& state) {
  for (auto _ : state)
    for (int faulty = 0; faulty < awaits; ++faulty) {
      try {
        drive_by_hand(faulty);
        fail(state, "nothing was thrown");
      } catch (const lost&) {
      }
    }
}

void sweep(benchmark::State& state) {
  const auto how = cofault::options().inject(cofault::inject::throwing(lost())).in_process();
  for (auto _ : state) {
    const auto found = cofault::explore([](cofault::scheduler& s) { return watched(s); }, how);
    if (!found.clean() || found.trials != awaits) fail(state, "the sweep is not clean");
  }
}

constexpr int throws = 100;

template <bool Watched>
task<Watched> thrower(int frames) {
  if (frames == 1) throw lost();
  co_return co_await thrower<Watched>(frames - 1);
}

// Each exception is caught behind `frames` coroutines that it leaves; 0: where it is thrown.
template <bool Watched>
task<Watched> throw_and_catch(int frames) {
  int caught = 0;
  for (int i = 0; i < throws; ++i) {
    try {
      if (frames == 0) throw lost();
      co_await thrower<Watched>(frames);
    } catch (const lost&) {
      ++caught;
    }
  }
  co_return caught;
}

template <int Frames>
void throws_by_hand(benchmark::State& state) {
  for (auto _ : state) {
    auto root = throw_and_catch<false>(Frames);
    root.start();
    if (root.await_resume() != throws) fail(state, "not everything was caught");
  }
}

// What a program throws while an exploration watches: the hooks record, the coroutine is not
// instrumented, so that nothing else differs.
template <int Frames>
task<true> watched_throws(cofault::scheduler& s) {
  try {
    co_await s.yield();
  } catch (const lost&) {
  }
  auto root = throw_and_catch<false>(Frames);
  root.start();
  co_return root.await_resume();
}

cofault::plan fault_at_the_first_await(const cofault::outcome& plain) {
  const auto points = cofault::detail::points_of({plain.trace().begin(), plain.trace().end()});
  return cofault::plan({points.at(0).where, {cofault::fault_kind::throw_value, 0}});
}

// With the output kept, as in a forked child: that is when printing is looked for.
template <int Frames, bool Faulted>
void throws_in_a_run(benchmark::State& state) {
  const cofault::driver_factory world = [] {
    return std::make_unique<cofault::detail::scheduler_driver>([](cofault::scheduler& s) {
      return cofault::detail::await_root(watched_throws<Frames>(s));
    });
  };
  const auto how = cofault::options().inject(cofault::inject::throwing(lost()));
  const cofault::detail::kept_output quiet;
  cofault::plan what;
  if (Faulted) what = fault_at_the_first_await(cofault::run(world, what, how));
  std::uint32_t reached = 0;
  for (auto _ : state) reached = cofault::run(world, what, how).reached;
  if (reached != (Faulted ? 1u : 0u)) fail(state, "the fault is not where it should be");
}

// Shows what the library's own reporter shows, and keeps the times: of several repetitions the
// median.
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

using measure = void (*)(benchmark::State&);
struct row {
  const char* what;
  const char* name;  // of ours; "… by hand" is the other
  measure ours, by_hand;
  double target;  // the ratio is not to exceed it; 0: no target
};

constexpr std::array rows{
    row{"clean run: 1 task, 10 awaits", "clean", clean_run, clean_by_hand, 5},
    row{"throw sweep: 10 points, in this process", "sweep", sweep, sweep_by_hand, 5},
    row{"throw, caught where it is thrown", "throw", throws_in_a_run<0, false>, throws_by_hand<0>,
        1.3},
    row{"throw through 1 coroutine", "throw_1", throws_in_a_run<1, false>, throws_by_hand<1>, 1.3},
    row{"throw through 5 coroutines", "throw_5", throws_in_a_run<5, false>, throws_by_hand<5>, 1.3},
    row{"behind a fault: throw", "behind_fault", throws_in_a_run<0, true>, throws_by_hand<0>, 0},
    row{"behind a fault: through 5 coroutines", "behind_fault_5", throws_in_a_run<5, true>,
        throws_by_hand<5>, 0},
};

bool print_ratio(const reporter& times, const row& r) {
  const auto a = times.nanoseconds.find(r.name);
  const auto b = times.nanoseconds.find(r.name + std::string("_by_hand"));
  if (a == times.nanoseconds.end() || b == times.nanoseconds.end()) return false;
  const double ratio = a->second / b->second;
  std::printf("%-40s %10.0f ns %10.0f ns %7.2f", r.what, a->second, b->second, ratio);
  if (r.target > 0) std::printf(" %7.2f  %s", r.target, ratio <= r.target ? "kept" : "missed");
  std::printf("\n");
  return true;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  using namespace bench;
  for (const row& r : rows) {
    benchmark::RegisterBenchmark(r.name, r.ours);
    benchmark::RegisterBenchmark((r.name + std::string("_by_hand")).c_str(), r.by_hand);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  reporter times;
  benchmark::RunSpecifiedBenchmarks(&times);
  std::printf("\n%-40s %13s %13s %7s %7s\n", "processor time; of throws: 100 of them", "cofault",
              "by hand", "ratio", "target");
  bool complete = true;
  for (const row& r : rows) complete &= print_ratio(times, r);
  return complete && !broken ? 0 : 1;
}
