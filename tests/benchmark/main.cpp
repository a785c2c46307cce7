// SPDX-License-Identifier: BSL-1.0
// What cofault costs: see docs/performance.md. Beside Google Benchmark's options it knows
//   --largest=N   sweep no more than N await points
//   --plot=FILE   draw the cost of a sweep against its size (SVG)
//   --page=FILE   measure nothing; ask whether that page has the table's rows
//   --memory=N    print what N trials leave in memory, and nothing else
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cost_plot.hpp"
#include "memory.hpp"
#include "row.hpp"
#include "sweep_sizes.hpp"
#include "table.hpp"

namespace {

// Takes `name`VALUE out of the arguments.
std::string take(int& argc, char** argv, std::string_view name) {
  char** const found = std::find_if(argv + 1, argv + argc, [&](std::string_view arg) {
    return arg.substr(0, name.size()) == name;
  });
  if (found == argv + argc) return "";
  const std::string value = *found + name.size();
  std::copy(found + 1, argv + argc, found);
  --argc;
  return value;
}

void register_one(const std::string& name, const bench::row& r, const bench::measure& what) {
  if (!what) return;
  auto* const made = benchmark::RegisterBenchmark(name.c_str(), what);
  if (r.real_time) made->UseRealTime();
  if (r.manual_time) made->UseManualTime();
  if (r.iterations > 0) made->Iterations(r.iterations);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string plot = take(argc, argv, "--plot="), page = take(argc, argv, "--page=");
  if (const std::string most = take(argc, argv, "--largest="); !most.empty())
    bench::largest() = std::atoi(most.c_str());
  if (const std::string trials = take(argc, argv, "--memory="); !trials.empty())
    return bench::print_memory(std::strtoull(trials.c_str(), nullptr, 10)) ? 0 : 1;
  bench::add_sweep_sizes();
  std::stable_sort(bench::rows().begin(), bench::rows().end(),
                   [](const auto& a, const auto& b) { return a.program < b.program; });
  if (!page.empty()) return bench::page_has_all_rows(page) ? 0 : 1;
  for (const bench::row& r : bench::rows()) {
    register_one(r.name, r, r.ours);
    register_one(r.name + "/peer", r, r.peer);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  bench::reporter seen;
  benchmark::RunSpecifiedBenchmarks(&seen);
  const bool complete = bench::print_table(seen.times);
  if (!complete) std::printf("cofault: not every row was measured\n");
  if (!plot.empty() && !bench::write_cost_plot(plot, bench::sweep_curves(seen.times))) return 1;
  return complete && !bench::failed() ? 0 : 1;
}
