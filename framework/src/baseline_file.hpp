// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace cofault::detail {

// A path and who gave it, "COFAULT_BASELINE": sentences about the file name both.
struct baseline_path {
  std::string path, given_by;
};

// The text of the file. Throws bad_baseline; also where there is none, unless `may_miss`.
std::string read_baseline(const baseline_path& file, bool may_miss);

// The file while nobody else updates it; made where there is none. Whoever reads it meanwhile sees
// the old text or the new one, whole.
class locked_baseline {
 public:
  // Waits for other processes. Throws bad_baseline.
  explicit locked_baseline(const baseline_path& file);
  ~locked_baseline();
  locked_baseline(const locked_baseline&) = delete;
  locked_baseline& operator=(const locked_baseline&) = delete;

  const std::string& text() const { return text_; }
  // Throws bad_baseline; then the old text is still there.
  void replace(const std::string& text) const;

 private:
  baseline_path file_;
  std::string target_;  // what a symbolic link leads to
  int fd_ = -1;
  std::string text_;
};

}  // namespace cofault::detail
