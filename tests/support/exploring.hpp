// SPDX-License-Identifier: BSL-1.0
// What tests of the exploration itself need: to see every faulted run, and to read its findings.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "cofault/explore.hpp"
#include "cofault/plan.hpp"
#include "cofault/property.hpp"

namespace support {

// Is violated by every run with a fault: one finding for each await point that got one.
struct untouched : cofault::property {
  std::string_view name() const override { return "no fault was executed"; }
  cofault::kind_set needs() const override { return kinds(cofault::event_kind::faulted); }
  void judge(const cofault::outcome&, std::vector<cofault::violation>& out) const override {
    out.push_back({0, 0, "there was a fault"});
  }
};

// Is never violated.
struct anything : cofault::property {
  std::string_view name() const override { return "anything goes"; }
  cofault::kind_set needs() const override { return 0; }
  void judge(const cofault::outcome&, std::vector<cofault::violation>&) const override {}
};

// The plans of the findings, sorted; "" stands for the default run.
inline std::vector<std::string> plans_of(const cofault::exploration& result) {
  std::vector<std::string> out;
  for (const auto& f : result.findings) out.push_back(encode(f.smallest));
  std::sort(out.begin(), out.end());
  return out;
}

// The findings of one property.
inline std::vector<cofault::finding> about(const cofault::exploration& result,
                                           std::string_view property) {
  std::vector<cofault::finding> out;
  for (const auto& f : result.findings)
    if (f.property == property) out.push_back(f);
  return out;
}

}  // namespace support
