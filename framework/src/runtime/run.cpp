// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/run.hpp"

#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cofault::runtime {
namespace {

std::string list_of(const std::vector<leftover>& what) {
  std::string out = "cofault: the root returned, and left something behind:";
  for (const leftover& l : what) out += "\n" + l.text;
  return out;
}

}  // namespace

left_behind::left_behind(std::vector<leftover> what)
    : runtime_error(list_of(what)), left_(std::move(what)) {}

bool run_options::debug_by_default() {
  const char* const set = std::getenv("COFAULT_RUNTIME_DEBUG");
  const std::string_view value = set == nullptr ? "" : set;
  if (value.empty() || value == "0") return false;
  if (value == "1") return true;
  throw std::invalid_argument("cofault: COFAULT_RUNTIME_DEBUG is '" + std::string(value) +
                              "'; set it to 1 for debug mode, or to 0");
}

void run_options::print_to_stderr(const std::vector<leftover>& what) {
  for (const leftover& l : what) std::cerr << "cofault: " << l.text << '\n';
}

void detail::end(boundary& world, const run_options& how, bool root_failed) {
  std::vector<leftover> left = world.close();
  if (left.empty()) return;
  if (how.debug && !root_failed) throw left_behind(std::move(left));
  if (how.report) how.report(left);
}

}  // namespace cofault::runtime
