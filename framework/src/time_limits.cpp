// SPDX-License-Identifier: BSL-1.0
#include "time_limits.hpp"

#include <algorithm>
#include <string_view>

#include "cofault/site.hpp"
#include "joined_operation.hpp"

namespace cofault::detail {
namespace {

std::string_view operation_of(const event& e) { return sites::site(e.site).operation; }

// The await goes on with the first of what it waits for, and cancels the rest: in `||`, where it is
// one of Asio's own, or in a parallel group.
bool takes_the_first(const event& e, const family& who) {
  for (std::uint32_t f = e.frame; f != 0 && !who.is_user(f); f = who.awaiter(f)) {
    const std::string_view function = sites::function(who.function(f)).name;
    if (function.ends_with("operator||")) return true;
    if (function.ends_with("operator&&")) return false;
  }
  const char* const type = sites::site(e.site).initiation;
  const std::string_view text = type == nullptr ? "" : type;
  return text.find("wait_for_one") != text.npos && text.find("wait_for_one_error") == text.npos;
}

bool is_timer(const event& e) { return is_await_point(e) && operation_of(e) == "async_wait"; }

}  // namespace

time_limits::time_limits(std::span<const event> trace, const family& who,
                         const reused_vector<bool>& covered)
    : trace_(trace), who_(who), covered_(covered) {
  if (!who.any_awaited() || std::none_of(trace.begin(), trace.end(), is_timer)) return;
  work_sides_.resize(trace.size());
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (!is_work(i)) continue;
    for (std::uint32_t f = trace[i].frame; f != 0; f = who.awaiter(f)) {
      const std::uint32_t side = who.awaited_as(f);
      if (side == 0) break;
      if (works_.size() <= side) works_.resize(side + 1);
      if (works_[side]) break;  // and so all above it have been counted
      works_[side] = true;
      ++work_sides_[who.awaited_at(side)];
    }
  }
}

bool time_limits::has(std::size_t at) const {
  if (work_sides_.empty() || !is_timer(trace_[at])) return false;
  if ((trace_[at].value & await_joined) != 0) return true;
  for (std::uint32_t f = trace_[at].frame; f != 0; f = who_.awaiter(f))
    if (is_side_of_work(f)) return true;
  return false;
}

// Something can go wrong there that is no timer's.
bool time_limits::is_work(std::size_t at) const {
  const event& e = trace_[at];
  return is_await_point(e) && !covered_[at] &&
         (e.value & (await_can_throw | await_takes_code)) != 0 && !is_timer(e) &&
         operation_of(e) != "this_coro";
}

bool time_limits::is_side_of_work(std::uint32_t frame) const {
  const std::uint32_t side = who_.awaited_as(frame);
  if (side == 0 || (side < works_.size() && works_[side])) return false;
  const std::size_t join = who_.awaited_at(side);
  return work_sides_[join] > 0 && takes_the_first(trace_[join], who_);
}

}  // namespace cofault::detail
