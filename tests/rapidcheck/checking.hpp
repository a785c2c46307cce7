// SPDX-License-Identifier: BSL-1.0
// Checks a property as RapidCheck does, and keeps what it would print.
#pragma once

#include <cofault/rapidcheck.hpp>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

namespace support {

class silent_listener : public rc::detail::TestListener {
 public:
  void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
  void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
  void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
};

struct checked {
  rc::detail::TestResult result;

  bool passed() const { return result.is<rc::detail::SuccessResult>(); }
  // Each argument as RapidCheck shows it, one behind the other.
  std::string counterexample() const {
    std::string out;
    for (const auto& [type, value] : result.get<rc::detail::FailureResult>().counterExample)
      out += (out.empty() ? "" : "\n") + value;
    return out;
  }
  std::string text() const {
    std::ostringstream out;
    rc::detail::printResultMessage(result, out);
    return out.str();
  }
};

template <class Testable>
checked check(Testable property, std::uint64_t seed = 1, int cases = 200, int max_size = 100) {
  rc::detail::TestParams how;
  how.seed = seed;
  how.maxSuccess = cases;
  how.maxSize = max_size;
  silent_listener quiet;
  return {rc::detail::checkProperty(rc::detail::toProperty(std::move(property)), {}, how, quiet)};
}

}  // namespace support
