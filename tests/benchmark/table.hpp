// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

namespace bench {

// Shows what the library's own reporter shows, and keeps the times in nanoseconds: of several
// repetitions the median.
class reporter : public benchmark::ConsoleReporter {
 public:
  reporter() : ConsoleReporter(OO_None) {}
  void ReportRuns(const std::vector<Run>& runs) override;
  std::map<std::string, double> times;
};

// Ratio, target and reached side by side. False: a row was not measured.
bool print_table(std::map<std::string, double> times);

// Whether the table on that page has the same rows; says what differs.
bool page_has_all_rows(const std::string& file);

}  // namespace bench
