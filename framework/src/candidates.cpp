// SPDX-License-Identifier: BSL-1.0
#include "candidates.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "cofault/detail/frame.hpp"
#include "cofault/site.hpp"

namespace cofault::detail {
namespace {

bool feasible(std::uint64_t flags) {
  return (flags & await_user) != 0 && (flags & (await_can_throw | await_takes_code)) != 0;
}

bool is_user_arrival(const event& e) {
  return e.kind == event_kind::arrived && (e.value & await_user) != 0;
}

reached_point point_at(const event& arrival, const family& who) {
  const auto visit = static_cast<std::uint32_t>(arrival.value >> 32);
  return {{sites::site(arrival.site).key, who.instance(arrival.frame), visit},
          arrival.site,
          arrival.frame,
          arrival.value};
}

// The awaits that stand above another one of those that `counts` names.
template <class Counts>
reused_vector<bool> covered_by(std::span<const event> trace, const family& who, Counts counts) {
  reused_vector<bool> covered(trace.size(), false);
  for (const event& e : trace) {
    if (!counts(e)) continue;
    std::size_t at = who.awaited_at(e.frame);
    for (; at != family::none && !covered[at]; at = who.awaited_at(trace[at].frame))
      covered[at] = true;
  }
  return covered;
}

// The spawned chains of a trace: of the root, of joins, of the program.
class chains {
 public:
  chains(std::span<const event> trace, const family& who) : who_(who) {
    for (const event& e : trace) {
      if (e.kind != event_kind::spawned) continue;
      if (handlers_.size() <= e.frame) handlers_.resize(e.frame + 1);
      handlers_[e.frame] = e.value;
    }
    find_single(trace);
  }

  // Asio queues what is asked of a chain that one co_await has spawned, behind what is ready: the
  // await at `i` waits for such a chain, or is in one.
  bool is_asked_later(std::size_t i, std::uint32_t frame) const {
    if (waits_for_single_.empty()) return false;
    if (waits_for_single_[i]) return true;
    for (; frame != 0; frame = who_.awaiter(frame))
      if (frame < single_.size() && single_[frame]) return true;
    return false;
  }

  // Its chain was spawned by the program with a cancellation slot of its own.
  bool has_own_slot(std::uint32_t frame) const {
    while (who_.awaiter(frame) != 0) frame = who_.awaiter(frame);
    const std::uint64_t kind = handler(frame) & spawn_kinds;
    return (handler(frame) & spawn_slot) != 0 && kind != spawn_library && kind != spawn_root;
  }

  // Follows the trace: which chains have not been suspended for the first time yet. Before a chain
  // begins, its top is suspended and resumed by the runtime, which gets it onto its executor.
  void follow(const event& e) {
    if (e.kind == event_kind::spawned) early_.push_back({e.frame, false});
    if (e.kind == event_kind::resumed)
      for (early& c : early_) c.begun = c.begun || c.top == e.frame;
    if (ends(e)) std::erase_if(early_, [&](const early& c) { return c.top == e.frame; });
  }
  // What had begun has been suspended by now.
  void step_ended() {
    std::erase_if(early_, [](const early& c) { return c.begun; });
  }
  bool any_early() const { return !early_.empty(); }

 private:
  struct early {
    std::uint32_t top;
    bool begun;
  };
  static bool ends(const event& e) {
    return e.kind == event_kind::returned || e.kind == event_kind::failed ||
           e.kind == event_kind::destroyed;
  }
  std::uint64_t handler(std::uint32_t frame) const {
    return frame < handlers_.size() ? handlers_[frame] : 0;
  }

  // A join spawns several: it asks each of them itself, and waits for all.
  void find_single(std::span<const event> trace) {
    if (handlers_.empty()) return;                             // nothing of Asio's
    reused_vector<std::uint32_t> spawned_at(trace.size(), 0);  // how many, by await
    const auto each = [&](auto visit) {
      for (std::uint32_t top = 0; top < handlers_.size(); ++top)
        if (const std::size_t at = who_.awaited_at(top);
            (handlers_[top] & spawn_kinds) == spawn_library && at != family::none)
          visit(top, at);
    };
    each([&](std::uint32_t, std::size_t at) { ++spawned_at[at]; });
    waits_for_single_.assign(trace.size(), false);
    single_.assign(handlers_.size(), false);
    each([&](std::uint32_t top, std::size_t at) {
      if (spawned_at[at] != 1) return;
      single_[top] = true;
      for (; at != family::none && !waits_for_single_[at]; at = who_.awaited_at(trace[at].frame))
        waits_for_single_[at] = true;
    });
  }

  const family& who_;
  reused_vector<std::uint64_t> handlers_;  // by coroutine: spawn_handler, of the top of a chain
  reused_vector<bool> single_;            // by coroutine: the top of a chain that one await spawned
  reused_vector<bool> waits_for_single_;  // by event: an await above such a chain
  reused_vector<early> early_;
};

void add(reached_point& at, moment when, bool early) {
  at.moments |= moment_bit(when);
  if (early) at.early |= moment_bit(when);
}

// What is queued behind the end of the chain that it is for reaches what is gone by then, whatever
// the program does (chriskohlhoff/asio #1332).
void refuse_late_requests(reached_point& at) {
  at.early |= moment_bit(moment::late);
  if ((at.moments & moment_bit(moment::due)) == 0) at.early |= moment_bit(moment::suspended);
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

}  // namespace

bool have_requests(const injector_list& injectors) {
  return std::any_of(injectors.begin(), injectors.end(),
                     [](const auto& injector) { return injector->has_requests(); });
}

point_list moments_of(std::span<const event> trace, const family& who) {
  chains spawned(trace, who);
  const reused_vector<bool> covered = covered_by(trace, who, is_user_arrival);
  struct state {
    std::size_t point = family::none;
    const event* suspended = nullptr;
  };
  reused_vector<state> of_frame;
  std::uint64_t step = 0;
  point_list out;
  reused_vector<std::uint32_t> fresh;      // have suspended in the step under way
  reused_vector<std::size_t> asked_later;  // of the points
  const auto end_step = [&] {
    spawned.step_ended();
    for (const std::uint32_t frame : fresh)
      if (const state& s = of_frame[frame]; s.point != family::none && s.suspended != nullptr)
        add(out[s.point], moment::suspended, spawned.any_early());
    fresh.clear();
  };
  const auto resume = [&](state& s, const event& e) {
    if (s.point != family::none && s.suspended != nullptr && s.suspended->value != e.value >> 1) {
      for (const moment when : {moment::late, moment::resumed})
        add(out[s.point], when, spawned.any_early());
      if ((e.value & 1) != 0) add(out[s.point], moment::due, spawned.any_early());
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
    spawned.follow(e);
    if (of_frame.size() <= e.frame) of_frame.resize(e.frame + 1);
    state& s = of_frame[e.frame];
    if (is_user_arrival(e)) {
      s = {};
      if (sites::site(e.site).operation == std::string_view("this_coro")) continue;
      if (!covered[i]) s.point = out.size();
      out.push_back(point_at(e, who));
      add(out.back(), moment::running, spawned.any_early());
      out.back().in_child = spawned.has_own_slot(e.frame);
      if (spawned.is_asked_later(i, e.frame)) asked_later.push_back(out.size() - 1);
    } else if (e.kind == event_kind::suspended && s.suspended == nullptr) {
      s.suspended = &e;
      fresh.push_back(e.frame);
    } else if (e.kind == event_kind::resumed) {
      resume(s, e);
    }
  }
  end_step();
  for (const std::size_t i : asked_later) refuse_late_requests(out[i]);
  return out;
}

point_list points_of(std::span<const event> trace, const family& who) {
  const auto can_fail = [](const event& e) {
    return e.kind == event_kind::arrived && feasible(e.value);
  };
  const reused_vector<bool> covered = covered_by(trace, who, can_fail);
  point_list out;
  out.reserve(32);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const event& e = trace[i];
    if (e.kind == event_kind::probe_started) break;
    if (!can_fail(e) || covered[i]) continue;
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
