// SPDX-License-Identifier: BSL-1.0
#include "table.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>

#include "row.hpp"

namespace bench {
namespace {

std::string with_unit(double nanoseconds) {
  char out[32];
  if (nanoseconds < 1e4)
    std::snprintf(out, sizeof out, "%.0f ns", nanoseconds);
  else if (nanoseconds < 1e7)
    std::snprintf(out, sizeof out, "%.1f us", nanoseconds / 1e3);
  else
    std::snprintf(out, sizeof out, "%.1f ms", nanoseconds / 1e6);
  return out;
}

std::string number(double n) {
  char out[32];
  std::snprintf(out, sizeof out, "%.*f", n < 0.1 ? 4 : 2, n);
  return out;
}

void print(const row& r, double ours, double peer) {
  const bool by_ratio = !r.peer_is.empty();
  const double value = by_ratio ? ours / peer : ours;
  const std::string target = r.most == 0 ? "-" : by_ratio ? number(r.most) : with_unit(r.most);
  std::printf("| %s | %s | %s | %s | %s | %s | %s | %s |\n", r.program.c_str(), r.what.c_str(),
              with_unit(ours).c_str(), by_ratio ? r.peer_is.c_str() : "-",
              by_ratio ? with_unit(peer).c_str() : "-", by_ratio ? number(value).c_str() : "-",
              target.c_str(),
              r.most == 0       ? "-"
              : value <= r.most ? "yes"
                                : "no");
}

constexpr int columns = 8;

std::string key(const std::string& program, const std::string& what) {
  return "| " + program + " | " + what + " |";
}

}  // namespace

void reporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type == Run::RT_Iteration ? run.repetitions > 1 : run.aggregate_name != "median")
      continue;
    const bool real = !run.run_name.time_type.empty();
    times[run.run_name.function_name] =
        (real ? run.GetAdjustedRealTime() : run.GetAdjustedCPUTime()) /
        benchmark::GetTimeUnitMultiplier(run.time_unit) * 1e9;
  }
  ConsoleReporter::ReportRuns(runs);
}

bool print_table(std::map<std::string, double> times) {
  std::printf(
      "\n| | program | cofault | peer | peer's time | ratio | target: at most | reached |\n"
      "|---|---|---|---|---|---|---|---|\n");
  bool complete = true;
  for (const row& r : rows()) {
    if (r.derive) r.derive(times);
    const auto ours = times.find(r.name), peer = times.find(r.name + "/peer");
    if (ours == times.end() || (!r.peer_is.empty() && peer == times.end()))
      complete = false;
    else
      print(r, ours->second, peer == times.end() ? 0 : peer->second);
  }
  return complete;
}

bool page_has_all_rows(const std::string& file) {
  std::set<std::string> known, listed;
  for (const row& r : rows()) known.insert(key(r.program, r.what));
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    // The page has narrower tables, too.
    if (std::count(line.begin(), line.end(), '|') != columns + 1) continue;
    const std::size_t end = line.find(" |", line.find(" |", 2) + 1);
    if (line.starts_with("| ") && !line.starts_with("| |")) listed.insert(line.substr(0, end + 2));
  }
  for (const auto* one : {&known, &listed})
    for (const std::string& k : *one)
      if (!known.contains(k) || !listed.contains(k))
        std::printf("cofault: '%s' is a row of %s\n", k.c_str(),
                    one == &known ? "the benchmark only" : file.c_str());
  return !known.empty() && known == listed;
}

}  // namespace bench
