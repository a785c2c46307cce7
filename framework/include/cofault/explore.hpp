// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <typeinfo>
#include <vector>

#include "cofault/driver.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/options.hpp"
#include "cofault/plan.hpp"

namespace cofault {

// A violated property with its culprit and the smallest plan that shows it.
struct finding {
  std::string property;
  std::uint32_t site = 0;  // the culprit's await point, see site.hpp
  plan smallest;
  std::uint32_t more = 0;   // further plans with the same property and culprit
  std::string explanation;  // one sentence
  std::string report;       // at most 40 lines
  std::uint32_t at_trial = 0;  // which found it first, from 1; 0: the run without faults
};

// How many plans of one kind there were, and how many of them were run.
struct coverage {
  std::string what;  // "faults", "pairs", "random schedules"
  std::uint32_t planned = 0, run = 0;
};

// How the run of a replayed plan went (options::replay).
struct replayed_run {
  struct exception {
    const std::type_info* type;  // null: not known
    fate end;
    bool injected;  // thrown by a fault of the plan
  };
  bool returned = false;  // the root's end: with a result, …
  bool failed = false;    // … or by an exception; neither: it never ended
  const std::type_info* error = nullptr;  // of that exception; null: not known
  std::string what;                       // its what(), if it has one
  std::vector<exception> exceptions;      // all that were thrown, in order
};

// What an exploration found and how much it covered.
struct exploration {
  std::string error;                  // what was wrong with the call; then nothing below counts
  std::vector<finding> findings;      // in the order they were found
  std::vector<finding> known;         // those that a baseline knows, see options::baseline
  std::vector<std::string> failures;  // of the test itself, without a fault: its own assertions, or
                                      // what its body threw
  std::vector<std::string> notes;     // bounds that stopped it, plans that were not reached, …
  std::uint32_t points = 0;           // user await points reached, each visit of each coroutine
  std::uint32_t trials = 0;           // plans that were run
  std::uint32_t unreached = 0;        // of them: the planned point was not reached
  std::vector<std::string> judged;    // the names of the properties that were asked
  std::vector<coverage> covered;      // by kind of plan, those that there were
  std::optional<replayed_run> replayed;  // where one plan was replayed
  bool complete = false;              // every plan was run, nothing was left unreached or undecided

  bool clean() const { return error.empty() && findings.empty() && failures.empty(); }
};

// Runs the default plan and then every fault at every await point it reaches, each in a fresh
// world, in a forked child. Never throws for what the code under test does. `caller` is the test's
// own file: its coroutines are peers and get no faults.
exploration explore(const driver_factory& body, const options& how = options(),
                    std::source_location caller = std::source_location::current());

// The exploration as text: its error, or each finding's report, then one line on what was covered.
std::string describe(const exploration& what);

// What was covered, in one line.
std::string summary(const exploration& what);

}  // namespace cofault
