// SPDX-License-Identifier: BSL-1.0
#include "cofault/rapidcheck.hpp"

#include <algorithm>
#include <exception>
#include <iostream>
#include <optional>
#include <typeinfo>

#include "breakpoint.hpp"
#include "cofault/detail/assertion_reader.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/open_plan.hpp"
#include "drawn_plan.hpp"
#include "last_words.hpp"
#include "property_watch.hpp"

namespace cofault {
namespace {

using namespace detail;
using rc::detail::CaseResult;

// What RapidCheck's assertions in a body have to say, if they end the test case without a failure.
std::optional<CaseResult>& said_in_body() {
  static thread_local std::optional<CaseResult> result;
  return result;
}

bool read_assertion(const std::exception_ptr& thrown, std::string& text) {
#ifdef __GLIBCXX__
  // Most are none, and to throw them once more costs more than all the rest.
  if (*thrown.__cxa_exception_type() != typeid(CaseResult)) return false;
#endif
  try {
    std::rethrow_exception(thrown);
  } catch (const CaseResult& result) {
    if (result.type == CaseResult::Type::Failure)
      text = result.description;
    else
      said_in_body() = result;
    return true;
  } catch (...) {
    return false;
  }
}

std::string report_of(const exploration& what) {
  if (!what.error.empty()) return what.error;
  std::string out;
  for (const std::string& failure : what.failures) out += failure + "\n";
  for (const finding& f : what.findings) out += f.report + "\n";
  out.pop_back();
  return out;
}

constexpr const char* no_place =
    "cofault: the run has no place for the plan: it reached no await point in user code that can "
    "take any of the faults; name the code under test with cofault_instrument(target) in CMake or "
    "COFAULT_USER_CODE(__FILE__), choose others with options().inject(), or generate inputs that "
    "make it work";

constexpr const char* undecided =
    "cofault: undecided: the run with the fault was stopped by a bound of the options, or by a "
    "full trace";

[[noreturn]] void discard(const std::string& why) {
  throw CaseResult(CaseResult::Type::Discard, why);
}

// What COFAULT_REPLAY names.
verdict replayed(const char* text, const rehearse_plan& run) try {
  property_watch::replayed(false);
  said_in_body().reset();
  if (breakpoint::is_wanted())
    return verdict(
        "cofault: COFAULT_BREAK stops in an exploration, and this is a property: make "
        "the case a test with options().replay(), or unset it");
  const plan wanted = parse_plan(text);
  const rehearsal done = run(wanted);
  note_replay(wanted);
  property_watch::replayed(done.placed);
  if (!done.placed) discard("cofault: " + property_watch::no_input_leads_to(text));
  if (!done.result.clean()) return verdict(report_of(done.result));
  if (said_in_body()) throw *said_in_body();
  if (!done.decided) discard(undecided);
  return {};
} catch (const bad_plan& bad) {
  return verdict(std::string(bad.what()) + "; it was given by COFAULT_REPLAY");
}

// Who is told it once knows it for every property of the process.
bool prepare_for_death() {
  last_words::add_to_rehearsal(
      "cofault: RapidCheck neither prints nor shrinks the input of a case that ends the process; "
      "RC_PARAMS='" +
      rc::detail::configToMinimalString(rc::detail::configuration()) +
      "' comes to it again: print the input in the property, and explore() the body with it\n");
  return true;
}

}  // namespace

void showValue(const verdict& what, std::ostream& out) {
  out << (what ? "no finding" : "\n" + what.report());
}

const options& detail::usual_options() {
  static const options usual;
  return usual;
}

verdict detail::verdict_of(const plan& drawn, const rehearse_plan& run) {
  [[maybe_unused]] static const bool prepared = prepare_for_death();
  set_assertion_reader(read_assertion);
  said_in_body().reset();
  const rehearsal first = run(drawn);
  note_run(drawn, first.done);
  // The first is run all the same: what RapidCheck is to reproduce depends on it.
  if (const char* const text = property_watch::plan_to_replay()) return replayed(text, run);
  if (!first.result.clean()) return verdict(report_of(first.result));
  if (said_in_body()) throw *said_in_body();
  if (!first.placed) discard(no_place);
  if (!first.decided) discard(undecided);
  return {};
}

void detail::fail(const verdict& why) { throw CaseResult(CaseResult::Type::Failure, why.report()); }

bool detail::check_property(const std::string& description, const rc::detail::Property& property) {
  rc::detail::configuration();  // its message comes first
  if (!description.empty()) std::cerr << "\n- " << description << std::endl;
  rc::detail::TestMetadata metadata;
  metadata.id = description.empty() ? test_name() : description;
  std::replace(metadata.id.begin(), metadata.id.end(), '.', '/');
  metadata.description = description;
  const auto result = rc::detail::checkProperty(property, metadata);
  rc::detail::printResultMessage(result, std::cerr);
  std::cerr << std::endl;
  if (!result.is<rc::detail::SuccessResult>()) return false;
  if (result.get<rc::detail::SuccessResult>().numSuccess > 0) return true;
  std::cerr << "cofault: no test case was run; RC_PARAMS asks for max_success=0\n";
  return false;
}

}  // namespace cofault
