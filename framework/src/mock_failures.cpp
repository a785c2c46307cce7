// SPDX-License-Identifier: BSL-1.0
#include "mock_failures.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include "cofault/detail/mocked_call.hpp"

namespace cofault::detail {
namespace {

std::string place_of(const testing::TestPartResult& part) {
  const char* const file = part.file_name();
  return std::string(file == nullptr ? "unknown file" : file) + ":" +
         std::to_string(part.line_number());
}

bool is_over_met(const testing::TestPartResult& part) {
  return std::string_view(part.message()).starts_with("Mock function called more times");
}

bool shows_bytes(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin != line.npos && line.substr(begin).starts_with("Returns: ") &&
         line.find("-byte object <") != line.npos;
}

// "Actual: called 3 times - over-saturated and active"; the rest of the text may hold addresses.
std::string count_in(std::string_view message) {
  return std::string(message.substr(std::min(message.find("Actual: "), message.size())));
}

}  // namespace

quiet_mocks::quiet_mocks() : before_(GMOCK_FLAG_GET(verbose)) { GMOCK_FLAG_SET(verbose, "error"); }
quiet_mocks::~quiet_mocks() { GMOCK_FLAG_SET(verbose, before_); }

bool is_unmet(const testing::TestPartResult& part) {
  return part.failed() &&
         std::string_view(part.message()).starts_with("Actual function call count doesn't match");
}

std::string text_of(const testing::TestPartResult& part) {
  std::istringstream lines(part.message());
  std::string out = place_of(part) + ": Failure";
  for (std::string line; std::getline(lines, line);)
    if (!shows_bytes(line)) out.append("\n").append(line);
  return out;
}

void mock_memory::compare(const testing::TestPartResultArray& run) {
  std::map<std::string, std::string> now;
  for (int i = 0; i < run.size(); ++i) {
    const testing::TestPartResult& part = run.GetTestPartResult(i);
    if (!part.failed() || !is_over_met(part)) continue;
    const std::string place = place_of(part), count = count_in(part.message());
    now[place] = count;
    const auto known = before_.find(place);
    if (known == before_.end() || known->second == count) continue;
    fail_exploration(
        "cofault: the mock of " + place +
        " counts the calls of the runs before, too: it was made outside of the body. Make "
        "it in the body, anew for every run");
  }
  before_ = std::move(now);
}

}  // namespace cofault::detail
