// SPDX-License-Identifier: BSL-1.0
// Runs the examples: what cofault reports for each, and whether that is what it must report.
#include <array>
#include <cstdlib>
#include <iostream>

#include "example.hpp"

namespace {

const std::array all = {&fetch_or_timeout_example, &connection_pool_example, &accept_loop_example,
                        &mailer_example,           &retry_loop_example,      &retrying_example,
                        &logging_example,          &nesting_example,         &cleaning_up_example,
                        &poller_example,           &journal_example,         &shutdown_example};

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

std::string clean_line(const std::string& name, const cofault::exploration& what) {
  const std::string covered = summary(what);
  if (!what.clean()) return "";
  return name + ": clean, " + covered.substr(0, covered.find(':'));
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
    if (e->buggy != nullptr) {
      const cofault::exploration buggy = e->buggy();
      print_reports(e->name, buggy);
      note(e->name, buggy_line(*e, buggy));
    }
    const std::string name = e->name + (e->buggy != nullptr ? " (fixed)" : " (right)");
    const cofault::exploration right = e->fixed();
    print_reports(name, right);
    note(name, clean_line(name, right));
  }
  std::cout << lines;
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
