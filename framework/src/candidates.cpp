// SPDX-License-Identifier: BSL-1.0
#include "candidates.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "cofault/detail/frame.hpp"
#include "cofault/site.hpp"
#include "joined_operation.hpp"
#include "spawned_chains.hpp"
#include "time_limits.hpp"
#include "unfailing_calls.hpp"

namespace cofault::detail {
namespace {

bool feasible(std::uint64_t flags) { return (flags & (await_can_throw | await_takes_code)) != 0; }

// An operation of Asio's that tells of no failure. (this_coro is none.) Nor does who awaits just
// that.
bool cannot_fail(const event& e) {
  const auto where = static_cast<runtime>(e.value >> await_runtime_shift & 0xFF);
  return (where == runtime::boost_asio || where == runtime::asio) && !feasible(e.value) &&
         sites::site(e.site).operation != "this_coro";
}

bool is_user_arrival(const event& e) {
  return e.kind == event_kind::arrived && (e.value & await_user) != 0;
}

// The awaits that stand above another one of those that `counts` names.
template <class Counts>
reused_vector<bool> covered_by(std::span<const event> trace, const family& who, Counts counts) {
  reused_vector<bool> covered(trace.size(), false);
  if (!who.any_awaited()) return covered;
  for (const event& e : trace) {
    if (!counts(e)) continue;
    std::size_t at = who.awaited_at(e.frame);
    for (; at != family::none && !covered[at]; at = who.awaited_at(trace[at].frame))
      covered[at] = true;
  }
  return covered;
}

// A coroutine that is a side of a join fails with what goes wrong in it.
bool is_coroutine_in_join(const event& e) {
  return (e.value & await_joined) != 0 && sites::site(e.site).operation == "co_spawn";
}

void add(reached_point& at, moment when, bool early) {
  at.moments |= moment_bit(when);
  if (early) at.early |= moment_bit(when);
}

}  // namespace

reached_point point_at(const event& arrival, const family& who) {
  const auto visit = static_cast<std::uint32_t>(arrival.value >> 32);
  return {{sites::site(arrival.site).key, who.instance(owner_of(arrival.frame, who)), visit},
          arrival.site,
          arrival.frame,
          arrival.value};
}

await_point description_of(const reached_point& at) {
  const site_info& s = sites::site(at.site);
  const function_info& f = sites::function(s.function);
  const auto where = static_cast<runtime>(at.flags >> await_runtime_shift & 0xFF);
  return {f.file,
          s.line,
          f.name,
          s.operation,
          at.where.instance,
          at.where.visit,
          (at.flags & await_can_throw) != 0,
          (at.flags & await_takes_code) != 0,
          where != runtime::generic,
          at.moments,
          at.early,
          at.in_child};
}

bool have_requests(const injector_list& injectors) {
  return std::any_of(injectors.begin(), injectors.end(),
                     [](const auto& injector) { return injector->has_requests(); });
}

point_list moments_of(std::span<const event> trace, const family& who) {
  spawned_chains spawned(trace, who);
  const reused_vector<bool> covered = covered_by(trace, who, is_user_arrival);
  struct state {
    std::size_t point = family::none;
    const event* suspended = nullptr;
  };
  reused_vector<state> of_frame;
  std::uint64_t step = 0;
  point_list out;
  reused_vector<std::uint32_t> fresh;  // have suspended in the step under way
  const auto end_step = [&] {
    spawned.step_ended();
    for (const std::uint32_t frame : fresh)
      if (const state& s = of_frame[frame]; s.point != family::none && s.suspended != nullptr)
        add(out[s.point], moment::suspended, spawned.refuses_now());
    fresh.clear();
  };
  const auto resume = [&](state& s, const event& e) {
    if (s.point != family::none && s.suspended != nullptr && s.suspended->value != e.value >> 1) {
      add(out[s.point], moment::late, spawned.refused_before());
      add(out[s.point], moment::resumed, spawned.refuses_now());
      if ((e.value & 1) != 0) add(out[s.point], moment::due, spawned.refused_before());
    }
    s = {};
  };
  for (std::size_t i = 0; i < trace.size() && trace[i].kind != event_kind::probe_started; ++i) {
    const event& e = trace[i];
    const bool resumes = e.kind == event_kind::resumed;
    if (resumes || e.kind == event_kind::suspended) {
      const std::uint64_t now = resumes ? e.value >> 1 : e.value;
      if (std::exchange(step, now) != now) end_step();
    }
    spawned.follow(e, i);
    if (of_frame.size() <= e.frame) of_frame.resize(e.frame + 1);
    state& s = of_frame[e.frame];
    if (is_user_arrival(e)) {
      s = {};
      if (sites::site(e.site).operation == std::string_view("this_coro")) continue;
      if (!covered[i]) s.point = out.size();
      out.push_back(point_at(e, who));
      add(out.back(), moment::running, spawned.refuses_now());
      out.back().in_child = spawned.has_own_slot(e.frame);
    } else if (e.kind == event_kind::suspended && s.suspended == nullptr) {
      s.suspended = &e;
      fresh.push_back(e.frame);
    } else if (e.kind == event_kind::resumed) {
      resume(s, e);
    } else if (e.kind == event_kind::destroyed && s.suspended != nullptr &&
               e.value == (s.suspended->value << 1 | 1)) {
      s = {};  // by an operation that came to its end at once
    }
  }
  end_step();
  return out;
}

point_list points_of(std::span<const event> trace, const family& who) {
  const auto counts = [](const event& e) {
    return is_await_point(e) && (feasible(e.value) || cannot_fail(e));
  };
  const reused_vector<bool> covered = covered_by(trace, who, counts);
  const time_limits limits(trace, who, covered);
  const unfailing_calls unfailing(trace, who);
  point_list out;
  out.reserve(32);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const event& e = trace[i];
    if (e.kind == event_kind::probe_started) break;
    if (!counts(e) || !feasible(e.value) || covered[i]) continue;
    if (limits.has(i) || unfailing.has(e.other) || is_coroutine_in_join(e)) continue;
    out.push_back(point_at(e, who));
    out.back().at = i;
  }
  return out;
}

void propose(const reached_point& at, const injector_list& injectors, std::vector<fault>& out) {
  const await_point point = description_of(at);
  for (std::size_t i = 0; i < injectors.size(); ++i)
    injectors[i]->propose(point, static_cast<std::uint8_t>(i), out);
}

void propose_delay(const reached_point& at, const injector_list& injectors,
                   std::vector<fault>& out) {
  const await_point point = description_of(at);
  for (const auto& injector : injectors)
    if (out.empty()) injector->propose_delay(point, out);
}

void propose_requests(const reached_point& at, const injector_list& injectors,
                      std::vector<fault>& out) {
  const await_point point = description_of(at);
  for (const auto& injector : injectors) injector->propose_requests(point, out);
}

}  // namespace cofault::detail
