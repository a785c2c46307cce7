// SPDX-License-Identifier: BSL-1.0
#include "shrink.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "cofault/simpler.hpp"
#include "cofault/site.hpp"
#include "isolation.hpp"
#include "mailbox.hpp"
#include "run_state.hpp"
#include "verdicts.hpp"

namespace cofault::detail {
namespace {

constexpr int patience = 2000;  // runs for one finding

// What is blamed on the last deviation may be blamed on another one of fewer.
bool is_same(const finding& f, const found& x) {
  return f.property == x.property &&
         (f.site == x.site || f.site == 0 || f.property == survival);
}

// The faults of the plan and the delays of the run that was just made, in the order of that run.
plan delays_of_last_run(const plan& p) {
  const trace_buffer& t = trace();
  std::vector<deviation> all;
  for (std::uint32_t i = 0; i < t.count(); ++i) {
    const event& e = t.events[i];
    if (e.kind == event_kind::faulted) {
      const deviation& d = p[e.value & (faulted_request - 1)];
      if (std::find(all.begin(), all.end(), d) == all.end()) all.push_back(d);
    }
    if (e.kind != event_kind::delayed) continue;
    const std::uint64_t key = sites::site(e.site).key;
    const auto at =
        point{key, static_cast<std::uint32_t>(e.value >> 32), static_cast<std::uint32_t>(e.value)};
    const auto again = std::find_if(all.begin(), all.end(), [&](const deviation& d) {
      return d.where == at && d.what.kind == fault_kind::delay && d.what.value < 255;
    });
    if (again != all.end())
      ++again->what.value;
    else
      all.push_back({at, {fault_kind::delay, 1}});
  }
  plan out;
  for (const deviation& d : all)
    if (out.size() < plan::capacity) out.add(d);
  return out;
}

}  // namespace

bool shows(const driver_factory& body, const options& how, const plan& p, const finding& f) {
  mailbox& b = box();
  b.clear();
  rehearse_isolated(body, how, p);
  const std::span all(b.items, b.found_count);
  return (b.unreached_count == 0 || has_schedule(p)) && b.error[0] == '\0' &&
         std::any_of(all.begin(), all.end(), [&](const found& x) { return is_same(f, x); });
}

void shrink(const driver_factory& body, const options& how, finding& f) {
  if (f.smallest.size() < 2 && !has_schedule(f.smallest)) return;  // the first of its kind
  int left = patience;
  if (has_schedule(f.smallest)) {
    if (!shows(body, how, f.smallest, f)) return;
    const plan written = delays_of_last_run(f.smallest);
    // Otherwise only the faults are left out that it does not need, or does not come to.
    if (shows(body, how, written, f)) f.smallest = written;
  }
  for (bool smaller = true; smaller;) {
    smaller = false;
    simpler candidates(f.smallest);
    for (auto p = candidates.next(); p && left > 0 && !smaller; p = candidates.next(), --left) {
      if (!shows(body, how, *p, f)) continue;
      f.smallest = *p;
      smaller = true;
    }
  }
}

}  // namespace cofault::detail
