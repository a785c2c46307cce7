// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <span>
#include <vector>

#include "candidates.hpp"
#include "cofault/family.hpp"
#include "cofault/options.hpp"
#include "cofault/search.hpp"
#include "cofault/site.hpp"

namespace cofault {
namespace {

using detail::reached_point;

// The first event behind that of the plan's last deviation.
std::size_t behind_last(const plan& p, const outcome& done) {
  if (p.empty()) return 0;
  const std::span<const event> trace = done.trace();
  const std::uint32_t last = static_cast<std::uint32_t>(p.size() - 1);
  for (std::size_t i = done.departed; i < trace.size(); ++i) {
    const event& e = trace[i];
    if (e.kind == event_kind::faulted && (e.value & (faulted_request - 1)) == last) return i + 1;
    if (e.kind == event_kind::delayed && e.other == last) return i + 1;
  }
  return trace.size();
}

// Of the same visits the first one first. (A stable sort would ask for memory.)
void first_visits_first(detail::point_list& points) {
  const auto earlier = [](const reached_point& x, const reached_point& y) {
    return x.where.visit != y.where.visit ? x.where.visit < y.where.visit : x.at < y.at;
  };
  if (!std::is_sorted(points.begin(), points.end(), earlier))
    std::sort(points.begin(), points.end(), earlier);
}

// The first of those with the same place, instance and visit.
void keep_each_once(detail::point_list& points) {
  std::sort(points.begin(), points.end(), [](const auto& x, const auto& y) {
    return x.where != y.where ? x.where < y.where : x.at < y.at;
  });
  const auto same = [](const auto& x, const auto& y) { return x.where == y.where; };
  points.erase(std::unique(points.begin(), points.end(), same), points.end());
}

// Whether anything happened there that something can be added to.
bool anything(std::span<const event> behind) {
  return std::any_of(behind.begin(), behind.end(), [](const event& e) {
    return e.kind == event_kind::arrived || e.kind == event_kind::choice;
  });
}

void add_failures(std::span<const event> trace, const family& who, std::size_t begin,
                  const options& how, deviation_list& out) {
  detail::point_list points = detail::points_of(trace, who);
  std::erase_if(points, [&](const reached_point& p) { return p.at < begin; });
  first_visits_first(points);
  out.reserve(2 * points.size());
  static thread_local std::vector<fault> faults;
  for (const reached_point& p : points) {
    faults.clear();
    propose(p, how.injectors(), faults);
    for (const fault& f : faults) out.push_back({p.where, f});
  }
}

// What is asked of the runtime, at every moment of every await.
void add_requests(const outcome& done, const family& who, const options& how, deviation_list& out) {
  const std::span<const event> trace = done.trace();
  static thread_local std::vector<fault> faults;
  const bool is_asio = std::any_of(trace.begin(), trace.end(), [](const event& e) {
    return e.kind == event_kind::spawned && (e.value & spawn_kinds) == spawn_root;
  });
  faults.clear();
  for (const auto& injector : how.injectors()) injector->propose_for_root(is_asio, faults);
  for (const fault& f : faults)
    if (f.when != moment::end || done.root_completions > 0) out.push_back({root_point(), f});
  for (const reached_point& p : detail::moments_of(trace, who)) {
    faults.clear();
    propose_requests(p, how.injectors(), faults);
    for (const fault& f : faults) out.push_back({p.where, f});
  }
}

void add_delays(std::span<const event> trace, std::size_t begin, const options& how,
                deviation_list& out) {
  detail::point_list points;
  for (std::size_t i = begin; i < trace.size(); ++i) {
    const event& e = trace[i];
    if (e.kind == event_kind::probe_started) break;
    if (e.kind != event_kind::choice) continue;
    const point where{sites::site(e.site).key, static_cast<std::uint32_t>(e.value >> 32),
                      static_cast<std::uint32_t>(e.value)};
    points.push_back({where, e.site, e.frame, 0});
    points.back().at = i;
  }
  keep_each_once(points);
  first_visits_first(points);
  static thread_local std::vector<fault> faults;
  for (const reached_point& p : points) {
    faults.clear();
    propose_delay(p, how.injectors(), faults);
    for (const fault& f : faults) out.push_back({p.where, f});
  }
}

}  // namespace

deviation_list trial::next() const {
  const std::span<const event> trace = done.trace();
  const std::size_t begin = behind_last(what, done);
  deviation_list out;
  if (!anything(trace.subspan(begin)) && !what.empty()) return out;
  const family who(trace);
  add_failures(trace, who, begin, how, out);
  if (what.empty() && detail::have_requests(how.injectors())) add_requests(done, who, how, out);
  if (has_choices()) add_delays(trace, begin, how, out);
  return out;
}

bool trial::has_choices() const { return done.has(event_kind::choice); }

}  // namespace cofault
