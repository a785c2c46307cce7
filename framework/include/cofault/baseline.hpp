// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cofault/explore.hpp"

namespace cofault {

// A finding as a baseline knows it. No line numbers: edits elsewhere in the file do not matter. Two
// lines of one function that read the same are the same culprit.
struct known_finding {
  std::string test;      // "Suite.Name", for its second exploration "Suite.Name#2"; "-": no such
  std::string property;  // as finding::property
  std::string culprit;   // "pool.cpp:app::session"; "?" where nobody is to blame
  std::string source;    // the culprit's line; "?" where the source cannot be read, and only there

  friend auto operator<=>(const known_finding&, const known_finding&) = default;
};

// The text as a line of a file can hold it: white space is one blank each, what is no UTF-8 a '?'.
known_finding as_known(const finding& what, std::string_view test);

// "Pool.Survives | every exception surfaces | pool.cpp:app::session | } catch (...) {"
std::string to_line(const known_finding& what);

// A baseline cannot be used; what() is one sentence: what is wrong, where, what to do.
class bad_baseline : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The text of a baseline file: a known finding a line, empty lines, and comments, lines that begin
// with '#'. UTF-8, any line ends. A line that is there twice counts once.
class baseline {
 public:
  // Throws bad_baseline for a line that is nothing of that; `name` is what it calls the file.
  static baseline parse(std::string_view text, std::string_view name);

  // In the order of the file, and what was added behind that.
  std::vector<known_finding> findings() const;
  // Its line in the text that was parsed, from 1; 0: it is not known.
  std::uint32_t line_of(const known_finding& what) const;

  // False: there was nothing to do.
  bool add(const known_finding& what);
  bool remove(const known_finding& what);

  // Sorted, each line once; every comment is kept, in front of what it stood in front of. What
  // stands before the first empty line, where that comes before the first finding, stays on top.
  std::string text() const;

 private:
  struct entry {
    std::vector<std::string> comments;  // the lines in front of it
    known_finding what;
  };
  std::vector<std::string> head_;
  std::vector<entry> entries_;
  std::vector<std::string> tail_;
  std::string line_end_ = "\n";
};

}  // namespace cofault
