// SPDX-License-Identifier: BSL-1.0
// The law of a sweep: the trial at point k repeats the k awaits before it, so N trials take
// a * N + b * N * (N + 1) / 2. Here a and b come from the sweeps of N / 100 and N / 10 points.
#include "sweep_sizes.hpp"

#include <cofault/inject/throwing.hpp>
#include <cofault/scheduler.hpp>
#include <optional>

#include "by_hand.hpp"
#include "program.hpp"
#include "row.hpp"

namespace bench {
namespace {

std::string name_of(int points) { return "sweep_" + std::to_string(points); }

void sweep(benchmark::State& state, int points) {
  const auto how = cofault::options()
                       .inject(cofault::inject::throwing(lost()))
                       .search(cofault::search::exhaustive(1))
                       .in_process();
  for (auto _ : state) {
    const auto found =
        cofault::explore([=](cofault::scheduler& s) { return one_task<true>(s, points); }, how);
    if (found.trials != static_cast<std::uint32_t>(points) || !found.clean())
      fail(state, "not every point was swept");
  }
}

double steps(double points) { return points * (points + 1) / 2; }

struct law {
  double a, b;
  law(double n, double cost_of_n, double m, double cost_of_m) {
    b = (cost_of_m / m - cost_of_n / n) / (steps(m) / m - steps(n) / n);
    a = cost_of_n / n - b * steps(n) / n;
  }
  double operator()(double points) const { return a * points + b * steps(points); }
};

std::optional<law> law_of(const std::map<std::string, double>& times) {
  const int tenth = largest() / 10, hundredth = largest() / 100;
  const auto low = times.find(name_of(hundredth)), high = times.find(name_of(tenth));
  if (low == times.end() || high == times.end()) return std::nullopt;
  return law(hundredth, low->second, tenth, high->second);
}

void add_law(std::map<std::string, double>& times) {
  if (const auto expected = law_of(times))
    times[name_of(largest()) + "/peer"] = (*expected)(largest());
}

}  // namespace

void add_sweep_sizes() {
  for (int points = 10; points < largest(); points *= 10)
    rows().push_back(
        {.program = "F",
         .what = "a throw at each of N / " + std::to_string(largest() / points) + " awaits",
         .peer_is = "raw sweep",
         .name = name_of(points),
         .ours = [=](auto& state) { sweep(state, points); },
         .peer =
             [=](auto& state) {
               for (auto _ : state) benchmark::DoNotOptimize(sweep_by_hand(points));
             }});
  rows().push_back({.program = "F",
                    .what = "a throw at each of N awaits",
                    .peer_is = "the law",
                    .name = name_of(largest()),
                    .ours = [](auto& state) { sweep(state, largest()); },
                    .most = 1.2,
                    .derive = add_law,
                    .iterations = 1});
}

std::map<std::string, cost_by_size> sweep_curves(const std::map<std::string, double>& times) {
  std::map<std::string, cost_by_size> out;
  const auto expected = law_of(times);
  for (const auto& [name, time] : times) {
    if (!name.starts_with("sweep_")) continue;
    const int points = std::stoi(name.substr(6));
    out[name.ends_with("/peer") ? "raw sweep" : "cofault"][points] = time;
    if (expected) out["the law"][points] = (*expected)(points);
  }
  return out;
}

}  // namespace bench
