// SPDX-License-Identifier: BSL-1.0
// Runs the examples: what cofault reports for each, and whether that is what it must report.
#include <array>
#include <cstdlib>
#include <iostream>

#include "example.hpp"

namespace {

const std::array all = {&connection_pool_example, &accept_loop_example, &retry_loop_example};

void print_reports(const std::string& name, const cofault::exploration& what) {
  std::cout << "== " << name << "\n\n" << describe(what) << '\n';
}

std::string buggy_line(const example& e, const cofault::exploration& what) {
  if (!found_as_declared(what, e)) return "";
  std::string out;
  for (const cofault::finding& f : what.findings)
    out += (out.empty() ? "" : "; ") + f.property + " at " + cofault::sites::place(f.site);
  return e.name + ": found as declared — " + out;
}

std::string fixed_line(const example& e, const cofault::exploration& what) {
  const std::string covered = summary(what);
  if (!what.clean()) return "";
  return e.name + " (fixed): clean, " + covered.substr(0, covered.find(':'));
}

}  // namespace

int main() {
  std::string lines;
  bool good = true;
  const auto note = [&](const std::string& name, const std::string& line) {
    lines += (line.empty() ? name + ": NOT as declared" : line) + "\n";
    good = good && !line.empty();
  };
  for (const example* e : all) {
    const cofault::exploration buggy = e->buggy(), fixed = e->fixed();
    print_reports(e->name, buggy);
    print_reports(e->name + " (fixed)", fixed);
    note(e->name, buggy_line(*e, buggy));
    note(e->name + " (fixed)", fixed_line(*e, fixed));
  }
  std::cout << lines;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
