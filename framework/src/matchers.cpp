// SPDX-License-Identifier: BSL-1.0
#include "cofault/matchers.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "cofault/detail/type_name.hpp"
#include "cofault/property/cancellation.hpp"
#include "cofault/property/frames.hpp"
#include "cofault/property/resources.hpp"
#include "cofault/property/surfacing.hpp"
#include "verdicts.hpp"

namespace cofault {
namespace detail {
namespace {

using names = std::vector<std::string>;

bool contains(const names& all, const std::string& name) {
  return std::find(all.begin(), all.end(), name) != all.end();
}

// No finding of these properties. The first of them must have been asked.
bool none_of(const names& properties, const exploration& what, std::ostream& out) {
  if (!contains(what.judged, properties.front())) {
    out << "which was not asked whether " << properties.front()
        << ": options().judge() leaves it out";
    return false;
  }
  const auto count =
      std::count_if(what.findings.begin(), what.findings.end(),
                    [&](const finding& f) { return contains(properties, f.property); });
  if (count > 0) out << "which has " << count << (count == 1 ? " such finding" : " such findings");
  return count == 0;
}

std::string list_of(const names& properties) {
  std::string out;
  for (const std::string& p : properties)
    out.append(out.empty() ? "'" : ", '").append(p).append("'");
  return out;
}

exploration_matcher without(std::string affirmative, const names& properties) {
  return {std::move(affirmative), "has a finding of " + list_of(properties),
          [properties](const exploration& what, std::ostream& out) {
            return none_of(properties, what, out);
          }};
}

bool was_cancelled(const exploration& what) {
  return what.replayed ||
         std::any_of(what.covered.begin(), what.covered.end(),
                     [](const coverage& c) { return c.what == "requests" && c.run > 0; });
}

exploration_matcher of_one_run(std::string affirmative, std::string negative,
                               std::function<bool(const replayed_run&, std::ostream&)> matches) {
  return {std::move(affirmative), std::move(negative),
          [matches = std::move(matches)](const exploration& what, std::ostream& out) {
            if (what.replayed) return matches(*what.replayed, out);
            out << "which is of many plans: name one with options().replay()";
            return false;
          }};
}

std::string type_text(const std::type_info* type) {
  return type == nullptr ? "an exception" : type_name(*type);
}

void tell_end(const replayed_run& run, std::ostream& out) {
  if (run.returned) out << "whose root returned";
  if (!run.returned && !run.failed) out << "whose root never ended";
  if (run.failed) out << "whose root failed with " << type_text(run.error) << ": " << run.what;
}

bool every_fate(const replayed_run& run, const std::type_info* type,
                const testing::Matcher<fate>& wanted, std::ostream& out) {
  bool any = false, all = true;
  for (const replayed_run::exception& e : run.exceptions) {
    if (type == nullptr ? !e.injected : !catches(*type, e.type)) continue;
    out << (any ? ", " : "whose ") << type_text(e.type) << " was " << name_of(e.end);
    any = true;
    all = all && wanted.Matches(e.end);
  }
  if (!any) out << "in which there was no such exception";
  return any && all;
}

}  // namespace

bool exploration_matcher::MatchAndExplain(const exploration& what, std::ostream* out) const {
  std::ostream nowhere(nullptr);
  std::ostream& to = out == nullptr ? nowhere : *out;
  if (!what.error.empty()) {
    to << "which was not possible";
    return false;
  }
  if (!what.failures.empty()) {
    to << "which failed without any fault";
    return false;
  }
  if (what.trials == 0) {
    to << "in which no plan was run";
    return false;
  }
  return matches_(what, to);
}

bool catches(const std::type_info& handler, const std::type_info* thrown) {
  if (thrown == nullptr) return false;
#ifdef __GLIBCXX__
  void* object = nullptr;
  return handler.__do_catch(thrown, &object, 1);
#else
  return handler == *thrown;
#endif
}

exploration_matcher fails_with(const std::type_info& type, testing::Matcher<std::string> what) {
  const std::string text = testing::DescribeMatcher<std::string>(what);
  return of_one_run("fails with " + type_text(&type) + " whose what() " + text,
                    "does not fail with " + type_text(&type) + " whose what() " + text,
                    [&type, what](const replayed_run& run, std::ostream& out) {
                      tell_end(run, out);
                      return run.failed && catches(type, run.error) && what.Matches(run.what);
                    });
}

exploration_matcher fate_of(const std::type_info* type, testing::Matcher<fate> what) {
  const std::string subject = type == nullptr ? "the exception of the fault" : type_text(type);
  const std::string text = testing::DescribeMatcher<fate>(what);
  return of_one_run("the fate of " + subject + " " + text,
                    "it is not so that the fate of " + subject + " " + text,
                    [type, what](const replayed_run& run, std::ostream& out) {
                      return every_fate(run, type, what, out);
                    });
}

}  // namespace detail

detail::exploration_matcher SurfacesEveryException() {
  return detail::without("surfaces every exception",
                         {std::string(properties::surfacing().name()), detail::no_termination});
}

detail::exploration_matcher ReleasesEverything() {
  return detail::without("releases everything", {std::string(properties::resources().name()),
                                                 std::string(properties::frames().name())});
}

detail::exploration_matcher HonoursCancellation() {
  const detail::names properties = {std::string(properties::cancellation().name())};
  return {"honours cancellation", "does not honour cancellation",
          [properties](const exploration& what, std::ostream& out) {
            if (detail::was_cancelled(what)) return detail::none_of(properties, what, out);
            out << "in which no cancellation was requested: options().inject(inject::cancel())";
            return false;
          }};
}

detail::exploration_matcher Completes() {
  return detail::of_one_run("completes", "does not complete",
                            [](const replayed_run& run, std::ostream& out) {
                              detail::tell_end(run, out);
                              return run.returned;
                            });
}

void PrintTo(fate what, std::ostream* out) { *out << name_of(what); }

}  // namespace cofault
