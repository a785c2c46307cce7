// SPDX-License-Identifier: BSL-1.0
#include "rehearsal.hpp"

#include <string>
#include <utility>
#include <vector>

#include "cofault/run.hpp"
#include "cofault/search.hpp"
#include "cofault/site.hpp"
#include "finding_report.hpp"
#include "judge.hpp"
#include "kept_output.hpp"
#include "last_words.hpp"
#include "mailbox.hpp"
#include "soundness.hpp"
#include "sweep.hpp"

namespace cofault::detail {
namespace {

rehearsing*& innermost() {
  static thread_local rehearsing* now = nullptr;
  return now;
}

// Of the run without faults: the test itself is wrong.
constexpr kind_set failures =
    kinds(event_kind::assertion, event_kind::root_threw, event_kind::escaped);

// Runs, judges and looks no closer.
class quick_run {
 public:
  quick_run(const driver_factory& body, const plan& p, const options& how)
      : what_(p), how_(how), done_(run(body, p, how)) {
    refuse_unsound(done_);
    if (p.empty()) refuse_endless(done_, how);
    judge(done_, p, how);
    const mailbox& b = box();
    suspect_ = b.found_count > 0 || b.error[0] != '\0' || done_.reached < p.size() ||
               (p.empty() && (done_.kinds & failures) != 0);
  }

  // Something is wrong, or seems so.
  bool suspect() const { return suspect_; }
  // No bound stopped it: more can be added to its plan.
  bool whole() const { return done_.end != ending::bounded && !done_.truncated; }
  // The trace is that of the latest run: asked for after another one, it is made again.
  deviation_list next(const driver_factory& body) {
    if (suspect_) done_ = run(body, what_, how_);
    return trial{what_, done_, true, how_}.next();
  }

 private:
  const plan& what_;
  const options& how_;
  outcome done_;
  bool suspect_;
};

// Two runs without faults are to be the same, and to have an end.
void refuse_changes(const driver_factory& body, const options& how) {
  const auto trace_of = [](const outcome& done) {
    return std::vector<event>(done.first, done.first + done.count);
  };
  const std::vector<event> first = trace_of(run(body, plan(), how));
  const outcome second = run(body, plan(), how);
  refuse_different(first, trace_of(second), how.in_process());
  refuse_endless(second, how);
}

std::string unreached(const plan& p) {
  return "cofault: the plan '" + encode(p) +
         "' was not reached; if it is from a report, the code under test has changed there; else "
         "something outside of the body (a global, a static) remembers the runs before it";
}

// Once more with all that a search leaves out: what is printed counts as reported, and the trace is
// that of a report.
exploration look_closer(const driver_factory& body, const plan& p, const options& how) {
  mailbox& b = box();
  b.clear();
  {
    const kept_output quiet;
    refuse_changes(body, how);
    if (b.error[0] == '\0') rehearse(in_this_process(body, how), how, p);
  }
  exploration out;
  out.error = b.error;
  b.error[0] = '\0';
  if (out.error.empty() && b.unreached_count > 0) out.error = unreached(p);
  if (!out.error.empty()) return out;
  out.failures.assign(b.failures, b.failures + b.failure_count);
  for (std::uint32_t i = 0; i < b.found_count; ++i) {
    const found& item = b.items[i];
    finding f{item.property, item.site, p, item.more, item.text, "", 1};
    f.report = report_of(f, {});
    out.findings.push_back(std::move(f));
  }
  b.found_count = 0;
  return out;
}

// A plan that is not open is run as it stands.
exploration run_exactly(rehearsing& asked, const driver_factory& body, const options& how) {
  asked.out.done = asked.what;
  const quick_run faulted(body, asked.what, how);
  asked.out.decided = faulted.whole();
  if (!faulted.suspect()) return {};
  exploration closer = look_closer(body, asked.what, how);
  asked.out.placed = box().unreached_count == 0;
  return closer;
}

// Adds what the open plan wants, a run for each. Stops at the first that is wrong.
exploration run_completed(rehearsing& asked, const driver_factory& body, const options& how,
                          deviation_list possible) {
  plan& done = asked.out.done;
  completion wanted(asked.what);
  asked.out.placed = !wanted.wants_more();
  while (wanted.wants_more()) {
    deviation fresh;
    if (!wanted.choose(possible, fresh)) continue;
    done.add(fresh);
    asked.out.placed = true;
    quick_run faulted(body, done, how);
    if (faulted.suspect())
      if (exploration closer = look_closer(body, done, how); !closer.clean()) return closer;
    asked.out.decided = faulted.whole();
    if (!faulted.whole()) break;
    if (wanted.wants_more()) possible = faulted.next(body);
  }
  return {};
}

}  // namespace

rehearsing::rehearsing(const plan& p) : what(p), before_(std::exchange(innermost(), this)) {}
rehearsing::~rehearsing() { innermost() = before_; }
rehearsing* rehearsing::current() { return innermost(); }

exploration rehearse_alone(rehearsing& asked, const driver_factory& body, const options& how) {
  const last_words if_it_dies;
  const plan nothing;
  quick_run plain(body, nothing, how);
  if (plain.suspect())
    if (exploration closer = look_closer(body, nothing, how); !closer.clean()) return closer;
  if (!plain.whole() || asked.what.empty()) return {};
  if (!is_open(asked.what)) return run_exactly(asked, body, how);
  if (!completion(asked.what).wants_more()) return {};
  return run_completed(asked, body, how, plain.next(body));
}

}  // namespace cofault::detail
