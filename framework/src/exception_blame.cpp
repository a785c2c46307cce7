// SPDX-License-Identifier: BSL-1.0
#include "exception_blame.hpp"

#include <algorithm>

#include "cofault/site.hpp"

namespace cofault::detail {
namespace {

bool is_user_site(std::uint32_t site) {
  return site != 0 && sites::function(sites::site(site).function).user;
}

}  // namespace

bool exception_blame::find(exception_story& s, bool judged) {
  const std::uint32_t from = last_left(s);
  // Of an operation in a join no coroutine of the program has it before the join. Nor of a join
  // within a join.
  const bool of_join =
      (s.flags & exception_injected) != 0 || (judged && (s.flags & exception_several) != 0);
  if (!who_.is_user(from) && !of_join) return false;
  const wait w = waited(from);
  s.culprit_frame = w.top;
  if (w.at != family::none) {
    s.culprit.site = trace_[w.at].site;
    s.joined = is_join(from, w);
    awaited_at_ = w.at;
    return true;
  }
  s.detached = true;
  s.culprit = spawn_place(w.top, from);
  s.culprit_frame = from;
  return true;
}

std::uint32_t exception_blame::last_left(const exception_story& s) const {
  const auto last = std::find_if(s.left.rbegin(), s.left.rend(),
                                 [&](std::uint32_t f) { return who_.is_user(f); });
  return last == s.left.rend() ? s.thrown_by : *last;
}

exception_blame::wait exception_blame::waited(std::uint32_t from) const {
  wait out{from, who_.awaited_at(from)};
  while (out.at != family::none) {
    out.top = trace_[out.at].frame;
    if (who_.is_user(out.top)) return out;
    out.at = who_.awaited_at(out.top);
  }
  return out;
}

bool exception_blame::is_join(std::uint32_t failed, const wait& w) const {
  for (const event& e : trace_) {
    if (e.kind == event_kind::failed && e.frame == failed) break;
    if (e.kind == event_kind::created && waited(e.frame) == w && !awaits(e.frame, failed) &&
        !awaits(failed, e.frame))
      return true;
  }
  return false;
}

bool exception_blame::awaits(std::uint32_t who, std::uint32_t whom) const {
  while (whom != 0 && whom != who) whom = who_.awaiter(whom);
  return whom == who;
}

code_place exception_blame::spawn_place(std::uint32_t top, std::uint32_t first) const {
  code_place out;
  out.function = who_.function(first);
  for (const std::uint32_t frame : {top, first}) {
    bool started = false;
    for (const event& e : trace_) {
      if (e.frame != frame) continue;
      started = started || e.kind == event_kind::started;
      if (e.kind == event_kind::created && out.site == 0 && is_user_site(e.site)) out.site = e.site;
      if (e.kind == event_kind::made_at) (started ? out.start : out.stack).push_back(e.value);
    }
  }
  return out;
}

bool exception_blame::gives_exceptions(const exception_story& s) const {
  return !s.detached && (trace_[awaited_at_].value & await_gives_exceptions) != 0;
}

}  // namespace cofault::detail
