// SPDX-License-Identifier: BSL-1.0
#include "sweep_notes.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <set>
#include <span>
#include <string_view>

#include "cofault/detail/root.hpp"
#include "cofault/site.hpp"
#include "mailbox.hpp"
#include "run_state.hpp"
#include "soundness.hpp"
#include "user_code.hpp"

namespace cofault::detail {
namespace {

std::string list_of(const stored_plan* plans, std::uint32_t count) {
  std::string out;
  for (std::uint32_t i = 0; i < count && i < 3; ++i) out += (i > 0 ? ", " : "") + encode(plans[i]);
  return count > 3 ? out + ", …" : out;
}

std::string places_of(const std::uint32_t* list, std::uint32_t count) {
  std::string out;
  for (std::uint32_t i = 0; i < count && i < 5; ++i)
    out += (i > 0 ? ", " : "") + sites::place(list[i]);
  return count > 5 ? out + ", …" : out;
}

template <class Strings>
std::string quoted(const Strings& all) {
  constexpr std::size_t most = 3;
  std::string out;
  std::size_t n = 0;
  for (const auto& s : all)
    if (n++ < most) out.append(out.empty() ? "'" : ", '").append(s).append("'");
  return n > most ? out + ", …" : out;
}

// Of the coroutines of the latest run.
std::set<std::string_view> files_that_ran() {
  std::set<std::string_view> out;
  for (const event& e : std::span(trace().events, trace().count()))
    if (e.kind == event_kind::created)
      out.insert(sites::function(static_cast<std::uint32_t>(e.value >> 32)).file);
  return out;
}

// No coroutine of user code was seen.
std::string nothing_is_user_code() {
  const std::string fact =
      "no await point in user code was reached, so no fault could be injected; ";
  const auto ran = files_that_ran();
  if (sites::user_paths().empty() || ran.empty())
    return fact +
           "name the code under test with cofault_instrument(target) in CMake or "
           "COFAULT_USER_CODE(__FILE__)";
  return fact + "user code is " + quoted(sites::user_paths()) +
         ", and the coroutines that ran are of " + quoted(ran) +
         ": where one of these is under test, name it with cofault_instrument(target) in CMake or "
         "COFAULT_USER_CODE(__FILE__); of a type that is not instrumented none is seen "
         "(COFAULT_INSTRUMENT, or COFAULT_INSTRUMENT_TRAITS where a library specialises "
         "std::coroutine_traits)";
}

std::string runs_were(std::uint32_t count) {
  return count == 1 ? "1 run was" : std::to_string(count) + " runs were";
}

// Plans that the strategies wanted and no budget allowed for.
std::uint32_t not_run() {
  const mailbox& b = box();
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < trial_kinds; ++i) out += b.planned[i] - b.tried[i];
  return out;
}

}  // namespace

bool complete(const options& how) {
  const mailbox& b = box();
  return b.stage == stage_of_sweep::done && b.strategy == how.strategies().size() &&
         not_run() == 0 && !b.work_cut && !b.found_cut &&
         b.unreached_count + b.bounded_count + b.retrying_count + b.doubt_count == 0;
}

std::vector<std::string> undecided(const options& how) {
  const mailbox& b = box();
  std::vector<std::string> out;
  if (b.unreached_count > 0)
    out.push_back(std::to_string(b.unreached_count) +
                  " planned faults were not reached, and do not "
                  "count as passed: " +
                  list_of(b.unreached, b.unreached_count));
  if (b.bounded_count > 0)
    out.push_back(runs_were(b.bounded_count) + " stopped, undecided (by the bound of " +
                  std::to_string(how.max_arrivals()) +
                  " await points, by a full trace, or since their root stood still while timers "
                  "ticked): " +
                  list_of(b.bounded, b.bounded_count));
  for (std::uint32_t i = 0; i < b.doubt_count; ++i)
    out.push_back("undecided: " + std::string(b.doubts[i]));
  return out;
}

std::vector<std::string> notes_of(const options& how) {
  const mailbox& b = box();
  std::vector<std::string> out;
  const std::uint32_t left = not_run();
  if (left > 0 && b.stage != stage_of_sweep::done)
    out.push_back("stopped by a death without any fault: " + std::to_string(left) +
                  " plans were not run");
  else if (b.stopped_by != mailbox::nothing)
    out.push_back("stopped by the bound of " +
                  (b.stopped_by == mailbox::trials_used_up
                       ? std::to_string(how.max_trials()) + " trials"
                       : std::to_string(how.max_time().count()) + " ms") +
                  ": " + std::to_string(left) + " plans were not run");
  if (b.work_cut) out.push_back("there were more plans than one exploration can hold");
  if (b.found_cut) out.push_back("there were more findings than one exploration can hold");
  const auto open = undecided(how);
  out.insert(out.end(), open.begin(), open.end());
  if (b.retrying_count > 0)
    out.push_back(
        runs_were(b.retrying_count) + " stopped after " +
        std::to_string(options::max_delayed_retries) +
        " retries with a delay before each, undecided: " + list_of(b.retrying, b.retrying_count));
  if (b.declared > 0)
    out.push_back(std::to_string(b.declared) + " findings were at places declared deliberate");
  if (b.later_count > 0)
    out.push_back(std::to_string(b.later_count) +
                  (b.later_count == 1 ? " await point was" : " await points were") +
                  " first reached behind a fault: " + places_of(b.later, b.later_count));
  return out;
}

void tell(const std::vector<std::string>& sentences) {
  static std::set<std::string> told;
  const std::string test = test_name();
  for (const std::string& s : sentences)
    if (told.insert(s).second)
      std::fprintf(stderr, "cofault: %s%s%s\n", test.c_str(), test.empty() ? "" : ": ", s.c_str());
}

std::string vacuous() {
  const mailbox& b = box();
  if (b.stage != stage_of_sweep::done || b.found_count > 0 || b.failure_count > 0) return "";
  if (b.seen_count == 0) return nothing_is_user_code();
  if (b.points == 0)
    return "no await point that was reached in user code can fail: no step of its co_await can "
           "throw or reports an error code, it is a time limit, or a library's coroutine that ran "
           "through and awaited nothing that can fail; reached were " +
           seen_places();
  if (b.any_candidate) return "";
  if (b.samples_only)
    return "the run without faults never had two pieces of work ready at once that could be "
           "exchanged, so there is no other schedule to sample; let search::exhaustive() try "
           "faults";
  return "none of the " + std::to_string(b.points) +
         " reached await points can take any of the faults; choose others with "
         "options().inject(), such as inject::cancel(); reached were " +
         seen_places();
}

}  // namespace cofault::detail
