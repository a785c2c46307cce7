// SPDX-License-Identifier: BSL-1.0
// What a run and a sweep cost, each beside the same coroutine driven by hand in a loop.
#include <benchmark/benchmark.h>

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
task<Watched> throw_and_catch() {
  int caught = 0;
  for (int i = 0; i < throws; ++i) {
    try {
      throw lost();
    } catch (const lost&) {
      ++caught;
    }
  }
  co_return caught;
}

void throws_by_hand(benchmark::State& state) {
  for (auto _ : state) {
    auto root = throw_and_catch<false>();
    root.start();
    benchmark::DoNotOptimize(root.await_resume());
  }
}

// With the output kept, as in a forked child: that is when printing is looked for.
void throws_in_a_run(benchmark::State& state) {
  const cofault::driver_factory world = [] {
    return std::make_unique<cofault::detail::scheduler_driver>([](cofault::scheduler&) {
      return cofault::detail::await_root(throw_and_catch<true>());
    });
  };
  const cofault::plan none;
  const cofault::options how;
  const cofault::detail::kept_output quiet;
  for (auto _ : state) cofault::run(world, none, how);
}

// Shows what the library's own reporter shows, and keeps the times.
class reporter : public benchmark::ConsoleReporter {
 public:
  reporter() : ConsoleReporter(OO_None) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) nanoseconds[run.benchmark_name()] = run.GetAdjustedCPUTime();
    ConsoleReporter::ReportRuns(runs);
  }
  std::map<std::string, double> nanoseconds;
};

bool print_ratio(const reporter& times, const char* what, const char* ours, const char* by_hand) {
  const auto a = times.nanoseconds.find(ours), b = times.nanoseconds.find(by_hand);
  if (a == times.nanoseconds.end() || b == times.nanoseconds.end()) return false;
  std::printf("%-40s %10.0f ns %10.0f ns %8.1f\n", what, a->second, b->second,
              a->second / b->second);
  return true;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  using namespace bench;
  benchmark::RegisterBenchmark("clean_run", clean_run);
  benchmark::RegisterBenchmark("clean_by_hand", clean_by_hand);
  benchmark::RegisterBenchmark("sweep", sweep);
  benchmark::RegisterBenchmark("sweep_by_hand", sweep_by_hand);
  benchmark::RegisterBenchmark("throws_in_a_run", throws_in_a_run);
  benchmark::RegisterBenchmark("throws_by_hand", throws_by_hand);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  reporter times;
  benchmark::RunSpecifiedBenchmarks(&times);
  std::printf("\n%-40s %13s %13s %8s\n", "", "cofault", "by hand", "ratio");
  const bool clean =
      print_ratio(times, "clean run: 1 task, 10 awaits", "clean_run", "clean_by_hand");
  const bool swept =
      print_ratio(times, "throw sweep: 10 points, in this process", "sweep", "sweep_by_hand");
  const bool thrown = print_ratio(times, "100 throws, each caught", "throws_in_a_run", "throws_by_hand");
  return clean && swept && thrown && !broken ? 0 : 1;
}
