// SPDX-License-Identifier: BSL-1.0
#include "verdict.hpp"

#include <cstdint>
#include <fstream>

#include "cofault/plan.hpp"
#include "cofault/site.hpp"

namespace zoo {
namespace {

std::string place(std::string_view file, std::uint32_t line) {
  return std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(line);
}

// The line that ends in "// culprit: <name>".
std::string marked(const std::string& name) {
  const std::string folder = std::string(__FILE__).substr(0, std::string(__FILE__).rfind('/') + 1);
  const std::string mark = "// culprit: " + name;
  for (const char* file :
       {"lost.cpp", "held.cpp", "stuck.cpp", "orders.cpp", "pairs.cpp", "mixed.cpp"}) {
    std::ifstream source(folder + file);
    std::string text;
    for (std::uint32_t line = 1; std::getline(source, text); ++line)
      if (text.ends_with(mark)) return place(file, line);
  }
  return "no line ends in " + mark;
}

}  // namespace

std::string expected(const specimen& s) {
  return s.property + " at " + marked(s.name) + " by " + s.plan;
}

std::vector<std::string> found(const cofault::exploration& result) {
  std::vector<std::string> out;
  for (const cofault::finding& f : result.findings) {
    const cofault::site_info& s = cofault::sites::site(f.site);
    out.push_back(f.property + " at " + place(cofault::sites::function(s.function).file, s.line) +
                  " by " + encode(f.smallest));
  }
  return out;
}

}  // namespace zoo
