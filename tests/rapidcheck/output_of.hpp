// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace support {

struct property_run {
  std::string output;  // standard output and error
  bool passed = false;
};

// Runs one of the properties of properties.cpp as a program of its own; `settings` are environment
// variables, as a shell takes them.
inline property_run run_property(const std::string& name, const std::string& settings = "") {
  const std::string command = "env -u RC_PARAMS -u COFAULT_REPLAY " + settings +
                              " '" COFAULT_PROPERTIES "' --gtest_filter=" + name + " 2>&1";
  property_run out;
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char part[4096];
  for (std::size_t n; (n = std::fread(part, 1, sizeof part, pipe)) > 0;) out.output.append(part, n);
  const int status = ::pclose(pipe);
  out.passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return out;
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace support
