// SPDX-License-Identifier: BSL-1.0
// What users read, compared with the files here. COFAULT_UPDATE_GOLDEN=1 writes them anew.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "cofault/gtest.hpp"
#include "cofault/inject/error.hpp"
#include "cofault/inject/selector.hpp"
#include "golden_programs.hpp"

namespace {

using program = boost::asio::awaitable<void> (*)();

const std::string folder = std::string(__FILE__).substr(0, std::string(__FILE__).rfind('/') + 1);

std::string without_folder(std::string text) {
  for (std::size_t at; (at = text.find(folder)) != text.npos;) text.erase(at, folder.size());
  return text;
}

std::string read(const std::string& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

void compare(const std::string& name, const std::string& text) {
  const std::string file = folder + name + ".txt";
  const char* update = std::getenv("COFAULT_UPDATE_GOLDEN");
  if (update != nullptr && update == std::string("1"))
    std::ofstream(file) << text;
  else
    EXPECT_EQ(text, read(file)) << "\nIf that is right: COFAULT_UPDATE_GOLDEN=1 " << name;
}

cofault::exploration explore(program p, const cofault::options& how = cofault::options()) {
  return cofault::explore([p](auto) { return p(); }, how);
}

struct report {
  const char* name;
  program what;
};
void PrintTo(const report& r, std::ostream* out) { *out << r.name; }

class Golden : public testing::TestWithParam<report> {};

TEST_P(Golden, Report) {
  const auto result = explore(GetParam().what, cofault::options().visits(100));
  EXPECT_FALSE(result.findings.empty());
  for (const cofault::finding& f : result.findings)
    EXPECT_LE(std::count(f.report.begin(), f.report.end(), '\n'), 25) << f.report;
  compare(GetParam().name, without_folder(cofault::describe(result)));
}

INSTANTIATE_TEST_SUITE_P(
    , Golden,
    testing::Values(report{"hang", golden::hang}, report{"livelock", golden::livelock},
                    report{"leak", golden::leak}, report{"probe_deaf", golden::probe_deaf},
                    report{"probe_differs", golden::probe_differs},
                    report{"assertion", golden::assertion}, report{"death", golden::death},
                    report{"never_awaited", golden::never_awaited},
                    report{"frame_alive", golden::frame_alive},
                    report{"swallowed", golden::swallowed}, report{"replaced", golden::replaced},
                    report{"masked", golden::masked},
                    report{"dropped_by_a_join", golden::dropped_by_a_join},
                    report{"dropped_by_detached", golden::dropped_by_detached},
                    report{"terminated", golden::terminated}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(GoldenTexts, Clean) { compare("clean", cofault::describe(explore(golden::correct))); }

TEST(GoldenTexts, Errors) {
  using cofault::options;
  namespace inject = cofault::inject;
  const auto text = [](program p, const options& how) {
    return cofault::describe(explore(p, how));
  };
  const inject::only nowhere(inject::error{cofault::io_error::eof}, inject::in("nowhere"));
  std::string all;
  all += text(golden::correct, options().inject());
  all += text(golden::correct, options().judge());
  all += text(golden::correct, options().trials(0));
  all += text(golden::correct, options().visits(0));
  all += text(golden::correct, options().arrivals(0));
  all += text(golden::correct, options().watchdog(std::chrono::milliseconds(0)));
  all += text(golden::correct, options().inject(nowhere));
  all += text(golden::cannot_fail, options());
  all += text(golden::correct, options().replay("nonsense"));
  all += text(golden::correct,
              options().replay("golden_programs.cpp:golden::correct+7=throw:eof"));
  compare("errors", all);
}

}  // namespace
