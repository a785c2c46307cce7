// SPDX-License-Identifier: BSL-1.0
// A program that swallows one exception, drops another and logs a third, of which nothing is said. It
// is built in ways that leave a handler without a name: without debug information, stripped, or with
// its source elsewhere.
//
//   lost_lines named <text>      what is lost is a finding; for a handler its report has the text
//   lost_lines undecided <text>  a handler's is one note with the text, and no finding; what was
//                                dropped is a finding: an await is to blame, whose line needs
//                                nothing
//   lost_lines unread <text>     whatever is lost is one note with the text, and no finding
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/property/surfacing.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;

task<> swallows(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const std::exception&) {  // the line to blame
  }
}

// A handler that meant to be declared, but its comment has a slip of the pen.
task<> misspells(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const std::exception&) {  // cofault: delibrate
  }
}

task<> logs(scheduler& s) {
  try {
    co_await s.yield();
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
  }
}

struct join {
  task<> child;
  bool await_ready() const { return false; }
  auto await_suspend(std::coroutine_handle<> h) { return child.await_suspend(h); }
  void await_resume() const {}  // whatever the child ended with
};

task<> step(scheduler& s) { co_await s.yield(); }
task<> drops(scheduler& s) {
  join all{step(s)};
  co_await all;
}

exploration explore_one(task<> (*program)(scheduler&)) {
  return explore(program, options().judge(properties::surfacing()));
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != text.npos;
}

bool is_named(const exploration& result, std::string_view text) {
  return result.error.empty() && result.findings.size() == 1 && result.notes.empty() &&
         (contains(result.findings[0].report, text) ||
          contains(result.findings[0].explanation, text));
}

bool is_undecided(const exploration& result, std::string_view text) {
  return result.error.empty() && result.findings.empty() && result.notes.size() == 1 &&
         result.notes[0].starts_with("undecided: a") && contains(result.notes[0], text);
}

bool expect(bool holds, const char* what, const exploration& result) {
  if (!holds) std::printf("not as expected: %s\n%s\n", what, describe(result).c_str());
  return holds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const bool named = std::string_view(argv[1]) == "named";
  const bool unread = std::string_view(argv[1]) == "unread";
  const auto as_expected = named ? is_named : is_undecided;
  bool good = true;
  const auto swallowed = explore_one(swallows);
  good &= expect(as_expected(swallowed, argv[2]), "swallowed", swallowed);
  const auto misspelt = explore_one(misspells);
  good &= expect(as_expected(misspelt, named ? "'cofault: delibrate' is no declaration" : argv[2]),
                 "misspelt", misspelt);
  const auto dropped = explore_one(drops);
  good &= expect(unread ? is_undecided(dropped, argv[2])
                        : is_named(dropped, "what is awaited here dropped it"),
                 "dropped", dropped);
  const auto logged = explore_one(logs);
  good &= expect(logged.clean() && logged.notes.empty(), "logged", logged);
  return good ? 0 : 1;
}
