// SPDX-License-Identifier: BSL-1.0
// What the tests of the examples and the demo have in common.
#pragma once

#include <algorithm>
#include <cofault/explore.hpp>
#include <cofault/site.hpp>
#include <ostream>
#include <string>
#include <vector>

// What a bug must be found as: the property, and the culprit's file and source text.
struct verdict {
  std::string property, file, source;

  friend bool operator==(const verdict&, const verdict&) = default;
  friend std::ostream& operator<<(std::ostream& out, const verdict& v) {
    return out << v.property << " in " << v.file << ": " << v.source;
  }
};

// A bug and its fix, or only the right way.
struct example {
  std::string name;
  cofault::exploration (*buggy)();  // null: there is none
  cofault::exploration (*fixed)();
  std::vector<verdict> declared;  // all of them, in any order
};

// Each beside its test.
extern const example fetch_or_timeout_example, mailer_example;
extern const example connection_pool_example, accept_loop_example, retry_loop_example;
extern const example poller_example, journal_example, shutdown_example;
extern const example retrying_example, logging_example, nesting_example, cleaning_up_example;

inline verdict verdict_of(const cofault::finding& found) {
  const std::string place = cofault::sites::place(found.site);
  const std::string culprit = "culprit  " + place + " | ";
  const std::size_t at = found.report.find(culprit);
  if (at == std::string::npos) return {found.property, place, "not in the report"};
  const std::size_t begin = at + culprit.size();
  return {found.property, place.substr(0, place.find(':')),
          found.report.substr(begin, found.report.find('\n', begin) - begin)};
}

inline std::vector<verdict> verdicts(const cofault::exploration& what) {
  std::vector<verdict> out;
  for (const cofault::finding& found : what.findings) out.push_back(verdict_of(found));
  return out;
}

inline bool found_as_declared(const cofault::exploration& what, const example& e) {
  const std::vector<verdict> found = verdicts(what);
  return what.error.empty() && what.failures.empty() &&
         std::is_permutation(found.begin(), found.end(), e.declared.begin(), e.declared.end());
}
