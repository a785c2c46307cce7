// SPDX-License-Identifier: BSL-1.0
#include "breakpoint.hpp"

#include <errno.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <utility>

#include "cofault/site.hpp"
#include "kept_output.hpp"
#include "own_process.hpp"
#include "run_state.hpp"
#include "story_report.hpp"
#include "sweep.hpp"

namespace cofault::detail {
namespace {

constexpr const char* variable = "COFAULT_BREAK";

bool has_debugger() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("TracerPid:")) return line.find_first_of("123456789") != line.npos;
  return false;
}

bool strikes(const event& e) {
  return e.kind == event_kind::faulted || (e.kind == event_kind::delayed && e.other != not_planned);
}

// The events of the trace at which the run is to stop.
std::vector<std::uint32_t> strikes_of_run() {
  const trace_buffer& t = trace();
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < t.count(); ++i)
    if (strikes(t.events[i])) out.push_back(i);
  return out;
}

std::vector<std::uint32_t> harm_of_run(const finding& f) {
  if (const std::size_t end = end_of_handler(f); end != 0) return {static_cast<std::uint32_t>(end)};
  const trace_buffer& t = trace();
  for (std::uint32_t i = t.count(); f.site != 0 && i-- > 0;)
    if (t.events[i].kind == event_kind::arrived && t.events[i].site == f.site) return {i};
  return {};
}

}  // namespace

bool breakpoint::is_wanted() {
  const char* const value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::string breakpoint::needs_a_plan() {
  return std::string(variable) +
         " stops a debugger in one run: set COFAULT_REPLAY to the plan of a report, too";
}

breakpoint::breakpoint() {
  if (!is_wanted()) return;
  value_ = std::getenv(variable);
  if (value_ != "fault" && value_ != "culprit")
    error_ = std::string(variable) + " is '" + value_ + "'; set it to fault or to culprit";
  else if (!has_debugger())
    error_ =
        std::string(variable) + "=" + value_ +
        " stops the debugger that has started this process, and there is none: run gdb --args ./" +
        program_invocation_short_name + ", or unset it";
}

std::string breakpoint::run(const driver_factory& body, const options& how, const plan& p,
                            const std::vector<finding>& findings) const {
  if (value_.empty()) return "";
  if (own_process::current() != nullptr)
    return std::string(variable) +
           " stops in the process that the debugger has started, but each run of this body has one "
           "of its own: addresses decide in it, or something outside of it remembers the runs "
           "before. Change that first";
  const bool at_fault = value_ == "fault";
  if (!at_fault && findings.empty())
    return std::string(variable) +
           "=culprit: the replayed plan shows no finding, so nobody is to blame";
  std::vector<std::uint32_t> where = at_fault ? strikes_of_run() : harm_of_run(findings.front());
  if (where.empty() && !at_fault)
    return std::string(variable) + "=culprit: " +
           (findings[0].site == 0 ? "the culprit is not known"
                                  : "the culprit is neither a handler nor an await that the run "
                                    "came to; set a breakpoint at " +
                                        sites::place(findings[0].site));
  // What is printed counts as reported, which is an event, too: so it is kept as in the child.
  const kept_output quiet;
  const stops_for_debugger here(std::move(where));
  rehearse(in_this_process(body, how), how, p);
  return "";
}

}  // namespace cofault::detail
