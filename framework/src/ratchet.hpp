// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "baseline_file.hpp"
#include "cofault/baseline.hpp"
#include "cofault/options.hpp"

namespace cofault::detail {

// What a baseline file says about one exploration: what is known does not fail the test, what is
// gone asks to be deleted. Without a baseline it does nothing.
class ratchet {
 public:
  // Reads the file, so that what is wrong with it is said before the search.
  explicit ratchet(const options& how);

  // What is wrong, or "".
  const std::string& error() const { return error_; }

  // Moves what is known, adds notes; updates the file first where COFAULT_UPDATE_BASELINE=1.
  void apply(exploration& out);

 private:
  void update(const exploration& out, std::vector<std::string>& news);
  void move_known(exploration& out) const;
  std::vector<std::string> ask(exploration& out) const;
  std::vector<known_finding> gone(const exploration& out) const;
  bool may_judge(const exploration& out) const;
  bool is_judged(const known_finding& entry) const;
  std::string place(const known_finding& entry) const;

  baseline_path file_;
  std::string test_;
  std::vector<std::string> properties_;  // that can be violated here
  bool updating_ = false;
  baseline known_;
  std::string error_;
};

}  // namespace cofault::detail
